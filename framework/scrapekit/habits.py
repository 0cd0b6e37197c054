"""Words that people bring along from other programs, and what the same thing is called here."""

from __future__ import annotations

from collections.abc import Collection

_HERE = {
    "seeds": "start_urls start_url start urls startup entry",
    "url": "urls uri address href link",
    "pages": "page rules routes streams spiders steps",
    "links": "follow rules crawl_rules link_extractor",
    "paginate": "pagination paginator pager next_page",
    "each": "selector rows row container root base record_selector items_selector foreach for_each",
    "css": "selector",
    "xpath": "selector",
    "export": "output outputs feeds destination sink save",
    "crawl": "settings config custom_settings options",
    "inputs": "parameters params variables arguments args",
    "fields": "schema columns properties data",
    "key": "primary_key pk id unique_key",
    "where": "filter record_filter",
    "pipe": "filter filters processors processor transform transforms transformations post_process",
    "attr": "attribute attributes extract",
    "all": "many multiple multi list getall",
    "nth": "index position",
    "const": "value literal constant static",
    "else": "fallback fallbacks alternatives otherwise or",
    "when": "if condition only_if",
    "type": "datatype dtype cast format",
    "delay": "download_delay throttle rate_limit wait sleep pause interval",
    "concurrency": "concurrent_requests max_concurrency workers threads parallel",
    "depth": "max_depth depth_limit",
    "robots": "robotstxt_obey obey_robots robots_txt robotstxt",
    "scope": "allowed_domains allowed_hosts domains",
    "budget": "max_items max_pages max_requests limits",
    "retries": "retry max_retries retry_times",
    "query": "params query_params request_parameters parameters",
    "form": "data formdata form_data payload",
    "json": "body_json request_body payload",
    "trim": "strip lstrip rstrip clean",
    "collapse": "normalize_space normalize-space squeeze",
    "regex": "re re_first regexp regex_extract extract",
    "sub": "re_sub regex_replace",
    "int": "integer to_int parse_int toint",
    "float": "to_float parse_float double",
    "bool": "boolean to_bool",
    "string": "str to_string",
    "date": "parse_date to_date strptime",
    "absolute_url": "urljoin absolute url_join make_absolute",
    "template": "format concat",
}
_ELSEWHERE: dict[str, list[str]] = {}
for _ours, _theirs in _HERE.items():
    for _word in _theirs.split():
        _ELSEWHERE.setdefault(_word, []).append(_ours)


def called_here(word: str, known: Collection[str]) -> str:
    """The known word for what others call *word*; empty where there is none."""
    return next((ours for ours in _ELSEWHERE.get(word.lower(), ()) if ours in known), "")
