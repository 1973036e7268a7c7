import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
import pytest
from bot.actions import weekly_rows, broadcasts
from storage.broadcasts import Broadcast
from storage.audiences import Audience
from bot.actions.telling import tell
from storage.broadcasts import BroadcastKind
from tests.storage.people import add_member
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram import channel as tc

def test_it(database, clock, network):
    from markupsafe import Markup
    def prep(s):
        for n in range(1000):
            add_member(s, clock, str(n), *(("education",),("health",),("education","health"),())[n%4], language=("az","ru","en")[n%3])
    database.transact(prep)
    now = clock.now()
    def begin(s):
        b = tell(s, BroadcastKind.DIGEST, "digest", 1, {l: Markup("x") for l in network.languages}, "en", Audience(wants=("digest",)), now)
        items=[weekly_rows.Item("call", 1, Audience(topics=(t,)), {l: f"• <b>{t}</b>" for l in network.languages}) for t in ("education","health")]*3
        weekly_rows.freeze(s, b, items, "en")
        return b.id
    key = database.transact(begin)
    from bot.core.channel import Capabilities
    import inspect
    caps = next(v for v in vars(tc).values() if isinstance(v, Capabilities)) if any(isinstance(v, Capabilities) for v in vars(tc).values()) else None
    if caps is None:
        from bot.channels.telegram import sending
        mods=[m for m in (sending,)]
        import bot.channels.telegram as t, pkgutil, importlib
        for m in pkgutil.iter_modules(t.__path__):
            mod=importlib.import_module("bot.channels.telegram."+m.name)
            for v in vars(mod).values():
                if isinstance(v, Capabilities): caps=v
    chan = {"telegram": SimpleNamespace(name="telegram", capabilities=caps)}
    more=True
    while more:
        t=time.monotonic(); c=time.process_time(); th=time.thread_time()
        def go(s):
            b=s.get(Broadcast,key)
            weekly_rows.write_next(s,b,chan,now)
            return b.fanned_at is None
        more=database.transact(go)
        print(f"wall {1000*(time.monotonic()-t):.0f} cpu {1000*(time.process_time()-c):.0f}")
