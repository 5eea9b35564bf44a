-- Slices past due from the latest back; waived ones neither break a silence nor lengthen it.
with numbered as (
    select
        provider_code,
        dataset,
        period,
        due_on,
        status in ('on_time', 'late', 'confirmed_empty') as is_accepted,
        row_number() over (
            partition by provider_code, dataset
            order by period_end desc
        ) as periods_back
    from ops.obligations
    where
        due_on < %(today)s
        and status <> 'waived'
        and (%(provider)s::text is null or provider_code = %(provider)s)
),

heard as (
    select
        provider_code,
        dataset,
        min(periods_back) as periods_back
    from numbered
    where is_accepted
    group by provider_code, dataset
)

select
    numbered.provider_code,
    numbered.dataset,
    count(*) as missing,
    min(numbered.due_on) as since,
    min(last_heard.period) as last_period
from numbered
left join heard
    on
        numbered.provider_code = heard.provider_code
        and numbered.dataset = heard.dataset
left join numbered as last_heard
    on
        heard.provider_code = last_heard.provider_code
        and heard.dataset = last_heard.dataset
        and heard.periods_back = last_heard.periods_back
where numbered.periods_back < coalesce(heard.periods_back, numbered.periods_back + 1)
group by numbered.provider_code, numbered.dataset
order by
    min(numbered.due_on) asc,
    count(*) desc,
    numbered.provider_code asc,
    numbered.dataset asc
