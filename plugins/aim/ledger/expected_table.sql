create temporary table expected_now (
    provider_code text,
    dataset text,
    period text,
    period_start date,
    period_end date,
    municipality_code text,
    ready_on date,
    due_on date,
    status text,
    delivery_id bigint,
    first_accepted_at timestamptz
) on commit drop
