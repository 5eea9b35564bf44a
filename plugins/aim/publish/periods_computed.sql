-- One row per indicator, grain and period that was built, with the datasets its numerators read.
select
    computed.indicator_code,
    computed.period_grain,
    computed.period_start,
    computed.period_end,
    coalesce(indicators.basis = 'ledger', false) as is_of_ledger,
    array(
        select datasets.dataset
        from reference.indicator_datasets as datasets
        where
            datasets.indicator_code = computed.indicator_code
            and datasets.definition_version = computed.definition_version
            and datasets.role = 'numerator'
        order by datasets.dataset
    ) as reads
from (
    select distinct
        indicator_code,
        definition_version,
        period_grain,
        period_start,
        period_end
    from core.indicator_current
) as computed
left join reference.indicators as indicators on computed.indicator_code = indicators.indicator_code
