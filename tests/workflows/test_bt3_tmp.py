import sys; sys.path.insert(0,'/tmp')
import bt3_prof
from tests.workflows.test_state_machine import *
def test_zz(): print("\n\n"); bt3_prof.report(); assert 0
