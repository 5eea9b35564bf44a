with runs as (
    select
        status,
        run_id,
        max(run_id) filter (where status = 'succeeded') over () as last_good_run_id
    from ops.runs
),

checks as (
    select
        case when delivery_id is null then 'promise' else 'check' end as what,
        rule_code,
        status
    from quality.check_results
    where
        is_current
        and (status = 'errored' or (status = 'failed' and delivery_id is null))
)

select
    'night' as what,
    null as rule_code,
    status,
    count(*) as occurrences
from runs
where
    status = 'failed'
    and run_id > coalesce(last_good_run_id, 0)
group by status
union all
select
    what,
    rule_code,
    status,
    count(*) as occurrences
from checks
group by what, rule_code, status
order by what, rule_code
