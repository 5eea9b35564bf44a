update ops.deliveries
set
    retired_at = now(),
    archive_name = null,
    sha256 = null,
    original_erased = case when archive_name is not null then 'whole' else original_erased end,
    needs_judging = false,
    needs_comparing = false,
    load_id = case when load_id is not null then nextval('ops.load_id') end
where delivery_id = any(%(delivery_ids)s)
