"""scrapekit: web scraping by recipe, and the names a plugin may use."""

# Nothing is imported here, not even `typing`: the command comes past, and from its first line on
# Ctrl-C ends it in peace. Type checkers take this name for the one of `typing`.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from scrapekit.public import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [
    "Document",
    "ExportContext",
    "Exporter",
    "ExpressionError",
    "FetchError",
    "Filter",
    "FilterContext",
    "Item",
    "Mark",
    "Options",
    "Origin",
    "Outcome",
    "Page",
    "PageError",
    "Parser",
    "PartFile",
    "PluginError",
    "Position",
    "Problems",
    "Read",
    "RecipeError",
    "RecordFile",
    "Regex",
    "RegexError",
    "RegexTooSlow",
    "Request",
    "ScrapekitError",
    "Select",
    "SelectorError",
    "SimpleDocument",
    "StuckError",
    "TakesLong",
    "UsageError",
    "Verdict",
    "compile_expression",
    "compile_regex",
    "compile_template",
    "hookimpl",
    "json_writer",
    "resolve",
    "utf8",
]


def __getattr__(name: str) -> object:
    """One of these names; all are imported when the first of them is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # pluggy costs 18 ms to import; a plugin that has no listener never needs it.
    if name == "hookimpl":
        from scrapekit.hookspecs import hookimpl

        return hookimpl
    import scrapekit.public

    globals()[name] = found = getattr(scrapekit.public, name)
    return found
