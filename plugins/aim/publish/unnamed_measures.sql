-- What is computed of persons though no quantity is named for it in the reference files: nobody could attack it.
drop table if exists pg_temp.unnamed_measures;
create temporary table unnamed_measures on commit drop as
select distinct
    computed.indicator_code,
    computed.definition_version,
    computed.measure
from core.indicator_current as computed
inner join periods_in_round as released
    on
        computed.indicator_code = released.indicator_code
        and computed.period_grain = released.period_grain
        and computed.period_start = released.period_start
left join reference.indicators as indicators on computed.indicator_code = indicators.indicator_code
where
    coalesce(indicators.counts_persons, true)
    and not exists (
        select from reference.protected_quantities as named
        where
            named.indicator_code = computed.indicator_code
            and named.definition_version = computed.definition_version
            and named.measure = computed.measure
    );
