-- As coverage counts them: of the datasets of the measure's own where it has some, else of those that name no measure.
with datasets as (
    select
        named.dataset,
        named.role,
        named.counted_where
    from reference.indicator_datasets as named
    where
        named.indicator_code = %(indicator)s
        and named.definition_version = %(version)s
        and coalesce(named.measure, '') = coalesce(
            (
                select min(own.measure) from reference.indicator_datasets as own
                where
                    own.indicator_code = %(indicator)s
                    and own.definition_version = %(version)s
                    and own.measure = %(measure)s
            ),
            ''
        )
),

-- A national provider's slices are every territory's.
in_territory as (
    select obligations.*
    from core.fct_obligation as obligations
    where
        obligations.municipality_code is null
        or obligations.municipality_code in (
            select bridge.municipality_code
            from intermediate.int_territories as bridge
            where bridge.territory_code = %(territory)s
        )
),

counted as (
    select
        'numerator' as role,
        slices.*
    from in_territory as slices
    inner join datasets
        on
            slices.dataset = datasets.dataset
            and datasets.role = 'numerator'
            and slices.period_end >= %(start)s
            and case datasets.counted_where when 'end' then slices.period_end else slices.period_start end <= %(end)s
    where slices.is_over
    union all
    select
        'numerator' as role,
        slices.*
    from in_territory as slices
    where
        %(is_of_ledger)s
        and slices.due_on between %(start)s and %(end)s
),

-- The latest two: a flow takes the mean of two years, and where one is not there the one before stands in.
denominators as (
    select
        slices.*,
        row_number() over (
            partition by slices.provider_code, slices.dataset
            order by slices.period_start desc
        ) as years_back
    from in_territory as slices
    inner join datasets
        on
            slices.dataset = datasets.dataset
            and datasets.role = 'denominator'
            and extract(year from slices.period_start) <= %(latest_year)s
    where slices.is_accepted or slices.is_past_due
),

behind as (
    select
        role,
        provider_code,
        dataset,
        period,
        period_start,
        due_on,
        status,
        is_accepted,
        delivery_id
    from counted
    union all
    select
        'denominator' as role,
        provider_code,
        dataset,
        period,
        period_start,
        due_on,
        status,
        is_accepted,
        delivery_id
    from denominators
    where years_back <= 2
)

select
    behind.role,
    behind.provider_code,
    providers.name as provider_name,
    behind.dataset,
    behind.period,
    behind.due_on,
    behind.status,
    behind.is_accepted,
    behind.delivery_id,
    deliveries.file_name,
    deliveries.channel,
    deliveries.verdict,
    deliveries.received_at,
    deliveries.rows_loaded,
    refused.delivery_id as refused_id,
    refused.reason_code,
    (
        select count(*)
        from ops.deliveries as newer
        where
            newer.provider_code = behind.provider_code
            and newer.dataset = behind.dataset
            and newer.period = behind.period
            and newer.verdict = 'received'
    ) as waiting
from behind
left join core.dim_provider as providers on behind.provider_code = providers.provider_code
left join ops.deliveries as deliveries on behind.delivery_id = deliveries.delivery_id
left join ops.obligations as obligations
    on
        behind.provider_code = obligations.provider_code
        and behind.dataset = obligations.dataset
        and behind.period = obligations.period
left join ops.deliveries as refused
    on
        obligations.delivery_id = refused.delivery_id
        and refused.verdict = 'rejected'
        and not behind.is_accepted
order by
    behind.role desc,
    behind.dataset asc,
    behind.period_start desc,
    behind.provider_code asc
