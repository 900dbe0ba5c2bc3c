"""From the first link to the login, in the browser."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from ivr.console.security import people
from ivr.core.clock import SystemClock
from ivr.storage.database import Database
from tests.web.conftest import AsRole, WebSite
from tests.web.people import PASSWORD

pytestmark = pytest.mark.web

CHOSEN = "kettle sofa river owl"
WORDS = {
    "zh": ("登录", "用户名或密码错误", "设置密码", "链接已使用"),
    "en": ("Log in", "login or password is wrong", "Choose a password", "link has been used"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_user_gets_a_link_chooses_a_password_and_logs_in(language: str, site: WebSite, as_role: AsRole) -> None:
    login_title, wrong, choose_title, used = WORDS[language]
    admin = as_role("admin", language)
    admin.goto("/users")
    admin.click("[data-do=new-user]")
    admin.fill("[name=ask-login]", f"new-{language}")
    admin.fill("[name=ask-title]", "<b>New</b>")
    admin.select_option("[name=ask-role]", "supervisor")
    admin.click("[data-do=confirm]")
    link = admin.locator("[data-part=secret]").input_value()
    assert link.startswith(f"{site.url}/welcome#")
    admin.click("[data-do=close-secret]")
    expect(admin.locator("tr", has_text=f"new-{language}")).to_contain_text("<b>New</b>")

    tab = as_role("", language)
    tab.goto(link)
    expect(tab.locator("h1")).to_have_text(choose_title)
    expect(tab.locator("#whose")).to_contain_text(f"new-{language}")
    tab.fill("#password", CHOSEN)
    tab.fill("#again", CHOSEN)
    tab.click("button[type=submit]")
    expect(tab.locator("[data-do=me]")).to_contain_text("<b>New</b>")
    tab.click("[data-do=logout]")
    expect(tab.locator("h1")).to_have_text(login_title)
    tab.goto(link)
    expect(tab.locator("#said")).to_contain_text(used)

    tab.goto("/work-orders?which=all")
    tab.wait_for_url("**/login?next=/work-orders%3Fwhich%3Dall")
    tab.fill("#login", f"new-{language}")
    tab.fill("#password", "not the password")
    tab.click("button[type=submit]")
    expect(tab.locator("#said")).to_contain_text(wrong)
    tab.fill("#password", CHOSEN)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/work-orders?which=all")
    # A link from elsewhere brings no cookies; the login notices that one is logged in.
    tab.goto("/login?next=//evil.example/")
    tab.wait_for_url(f"{site.url}/")


def test_a_token_is_made_shown_once_and_taken_away(site: WebSite, as_role: AsRole) -> None:
    tab = as_role("qa", "en")
    tab.goto("/me")
    tab.click("[data-do=new-token]")
    tab.fill("[name=token-name]", "exporter")
    tab.check("[name=scope-trends]")
    tab.click("[data-do=confirm]")
    token = tab.locator("[data-part=secret]").input_value()
    tab.click("[data-do=close-secret]")
    row = tab.locator("[data-part=tokens] tr", has_text="exporter")
    expect(row).to_contain_text("trends")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{site.url}/api/v1/trends/names", headers=headers).status_code == 200
    assert httpx.get(f"{site.url}/api/v1/calls", headers=headers).status_code == 403
    tab.reload()
    assert token not in tab.content()
    row.locator("[data-do=remove-token]").click()
    expect(row).to_have_count(0)
    assert httpx.get(f"{site.url}/api/v1/trends/names", headers=headers).status_code == 401


def test_the_audit_is_searched_and_verified(site: WebSite, as_role: AsRole) -> None:
    tab = as_role("admin", "en")
    tab.goto("/audit")
    tab.fill("[name=actor]", "qa-zh")
    tab.fill("[name=action]", "login")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/audit?actor=qa-zh&action=login")
    expect(tab.locator("tbody tr").first).to_contain_text("account:")
    tab.click("[data-do=verify]")
    expect(tab.locator("[data-part=chain]")).to_contain_text("rows in order")


def test_another_password_is_chosen_on_ones_own_page(site: WebSite, as_role: AsRole) -> None:
    async def add(database: Database) -> None:
        async with database.write() as session:
            like = await people.found(session, "qa-en")
            account = await people.add(session, SystemClock(), "test", login="changer", role="qa", language="en")
            account.password = like.password

    site.run(add)
    tab = as_role("", "en")
    tab.goto("/login?next=/me")
    tab.fill("#login", "changer")
    tab.fill("#password", PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/me")
    expect(tab.locator("[data-ready]").first).to_be_visible()
    for name, value in (("old", PASSWORD), ("new", CHOSEN), ("again", CHOSEN)):
        tab.fill(f"[name={name}]", value)
    tab.click("[data-do=password]")
    expect(tab.get_by_text("The password was changed")).to_be_visible()
    answer = httpx.post(f"{site.url}/api/v1/session", json={"login": "changer", "password": CHOSEN})
    assert answer.status_code == 200
