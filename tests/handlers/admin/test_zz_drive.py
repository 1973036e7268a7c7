import pytest
from storage.staff import Role
from tests.handlers.admin.declaring import *
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

def show(p, n=3):
    print("=====", p.user, p.channel)
    for s in p.screen[-n:]:
        print("-----"); print(s.screen); print(s.options)

async def test_drive(office, shape):
    c = office.staff(shape, "1", Role.COORDINATOR, name="Leyla")
    m = office.member(shape, "2", "education", name="Rauf", country="AZ")
    n = office.person(shape, "9", "en")
    await begins(c); show(c, 1)
    await c.picks("Add: Русский"); await c.says("Школы"); await c.says("У каждого ребёнка есть школа.")
    await c.picks("Who can sign", "Anybody who has the link")
    await c.picks("Open until"); await c.says("30.12.2026"); show(c,1)
    await c.picks("Read it as a signer"); show(c,1)
    await c.picks("Back to the declaration", "Preview"); show(c,3)
    await c.picks("Open for signature"); show(c,1)
    await c.picks("Send to 2 members"); await office.tick(); await office.tick()
    show(m, 2)
    await m.picks("Read and sign"); show(m,1)
    await m.picks("Sign"); show(m,1)
    await m.says("Qafqaz İnkişaf"); show(m,1)
    await m.picks("Sign"); show(m,1)
    link = look(office, lambda d: d.code)
    await n.opens(office.channels[n.channel].link("sign_"+link) if hasattr(office.channels[n.channel],'link') else f"/start sign_{link}"); show(n, 2)
    await n.picks("Русский"); show(n,1)
    await n.picks("Подписать" if "Подписать" in n.options else "Sign"); show(n,1)
    await n.says("Иван Петров"); show(n,1)
    await n.picks("Пропустить"); show(n,1)
    await n.says("Gurcustan"); show(n,1)
    await n.picks(n.options[0]); show(n,1)
    await n.picks("Sign"); show(n,1)
    await c.says("/declarations"); await c.picks("Open declarations", "Schools"); show(c,1)
    await c.picks("By country"); show(c,1)
    await c.picks("Back to the declaration", "List of signers"); show(c,1)
    await c.picks("Excel"); show(c,1); print(c.file)
    await prints(office)
    await c.picks("Back to the declaration", "List of signers", "PDF: English"); show(c,1); print(c.file)
    await c.picks("Back to the declaration", "Close it now", "Yes, close it"); show(c,1)
    await office.tick(); show(m,3)
    await m.says("/declarations"); show(m,1); 
    await m.picks("Schools (signed)"); show(m,1); await m.picks("Take my signature back", "Yes, take it back"); show(m,1)
    await n.says("/start"); show(n,1); 
    await n.picks("English"); show(n,1); await n.picks("No"); show(n,1)
    await n.says("/forget"); show(n,1); await n.picks(n.options[0]); show(n,1); print(signatures(office))
    assert 0
