-- A nil return keeps its verdict under any rules; what earlier periods held may still be missing from it.
update ops.deliveries
set
    needs_judging = not is_nil,
    needs_comparing = needs_comparing or is_nil,
    judged_under = case when is_nil then %(version)s else judged_under end
where delivery_id = any(%(delivery_ids)s)
