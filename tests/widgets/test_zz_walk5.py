from PySide6.QtWidgets import QApplication
from PySide6.QtTest import QTest
from tests.widgets.conftest import Hand, MakeHand
def test_x(make_hand, capsys):
    hand=make_hand(); w=hand.window; w.resize(1600,940); QApplication.processEvents(); w.docks.share_out(); QApplication.processEvents()
    d=w.docks.docks
    def say(m):
        QApplication.processEvents()
        out.append((m,[(n,d[n].height(),d[n].minimumSizeHint().height(), d[n].widget().minimumSizeHint().height()) for n in ("patches","channels","policy","inspector","vectors","history")]))
    out=[]
    say("start")
    p=d["patches"].widget(); c=d["channels"].widget()
    from app import stack_edits
    from app.interventions.patches import AddVector
    stack_edits.add_patch(hand.document, AddVector()); hand.answered(); say("add")
    p.find_button.click(); say("measuring")
    out.append((p.finder.minimumSizeHint(), p.progress.minimumSizeHint(), p._filled.minimumSizeHint(), c.controls.minimumSizeHint(), c._pages.minimumSizeHint(), c.large.minimumSizeHint(), c.grid.minimumSizeHint()))
    hand.wait(lambda: p.finder.list.count()>0); say("found")
    out.append((p.finder.minimumSizeHint(), p.progress.minimumSizeHint(), p._filled.minimumSizeHint(), c.controls.minimumSizeHint(), c._pages.minimumSizeHint(), c.large.minimumSizeHint()))
    p.find_button.click(); say("closed")
    with capsys.disabled():
        for o in out: print(o)
