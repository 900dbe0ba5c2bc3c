"""Screens of the wall and the desk."""
import pytest
from tests.web.test_wall import *  # noqa
from tests.web.test_wall import EngineThread
pytestmark = pytest.mark.web
def test_shots(site, as_role, engine):
    engine.does(lambda l: l.calls("x1", ago=75)); engine.does(lambda l: l.calls("x2", ago=15))
    engine.talks("x3")
    for lang, scheme in (("zh","light"),("en","dark")):
        tab = as_role("supervisor", lang, color_scheme=scheme)
        tab.goto("/wall"); tab.wait_for_selector("#wall[data-ready]"); tab.wait_for_timeout(500)
        tab.screenshot(path=f"/tmp/h2-wall-{lang}.png")
        tab.locator("tr[data-key=agent-lee]").click(); tab.wait_for_timeout(200)
        tab.screenshot(path=f"/tmp/h2-panel-{lang}.png")
        tab.goto("/wall?full=1"); tab.wait_for_selector("#wall[data-ready]"); tab.wait_for_timeout(300)
        tab.screenshot(path=f"/tmp/h2-full-{lang}.png")
        tab = as_role("agent", lang, color_scheme=scheme)
        tab.goto("/desk"); tab.wait_for_selector("#desk[data-ready]"); tab.wait_for_timeout(600)
        tab.screenshot(path=f"/tmp/h2-desk-{lang}.png")
        tab.close()
