"""Sessions: logging in, values fetched once, and doing both anew, each only when it is needed."""

from __future__ import annotations

from scrapekit.web.session.performing import SessionPerformer
from scrapekit.web.session.session import Session
from scrapekit.web.session.steps import PAGE, LoginSteps, Refused, SessionPlan, VarSteps

__all__ = ["PAGE", "LoginSteps", "Refused", "Session", "SessionPerformer", "SessionPlan", "VarSteps"]
