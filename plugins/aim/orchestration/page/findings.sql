-- What is wrong with a delivery, by rule and field: how many rows, and the first of them as the provider's file numbers
-- them. No value of a row is in it. A finding about the file as a whole has no row.
with of_rows as (
    select
        issues.rule_code,
        issues.field,
        stood_in.file_name as stood_in,
        count(*) as row_count,
        count(*) filter (where issues.out) as quarantined,
        count(*) filter (where issues.answered) as answered,
        coalesce(
            (array_agg(issues.row_number order by issues.row_number) filter (where issues.row_number > 0))[1:%(shown)s],
            '{}'
        ) as first_rows
    from quality.row_issues as issues
    left join ops.deliveries as stood_in on issues.of_delivery = stood_in.delivery_id
    where issues.delivery_id = %(delivery_id)s
    group by issues.rule_code, issues.field, stood_in.delivery_id
),

results as (
    select
        rule_code,
        status,
        severity,
        responsibility,
        checked,
        failed
    from quality.check_results
    where is_current and delivery_id = %(delivery_id)s
)

select
    coalesce(of_rows.rule_code, results.rule_code) as rule_code,
    coalesce(of_rows.field, '') as field,
    of_rows.stood_in,
    coalesce(of_rows.row_count, 0) as row_count,
    coalesce(of_rows.quarantined, 0) as quarantined,
    coalesce(of_rows.answered, 0) as answered,
    coalesce(of_rows.first_rows, '{}') as first_rows,
    coalesce(results.status, 'failed') as status,
    results.severity,
    coalesce(results.responsibility, 'provider') as responsibility
from of_rows
full join results on of_rows.rule_code = results.rule_code
where of_rows.rule_code is not null or results.status in ('failed', 'errored')
order by quarantined desc, row_count desc, rule_code asc, field asc
