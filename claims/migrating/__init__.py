"""Moving open cases to another version of their workflow: planned first, undoable afterwards.

`planning.plan` says what would become of each case, `moving.move_chunk` does it a chunk at a time
(each its own transaction), `undoing.undo_chunk` takes a migration back. Money, approvals, effects
and the origin of clocks are left as they are; closed cases are never touched.
"""
