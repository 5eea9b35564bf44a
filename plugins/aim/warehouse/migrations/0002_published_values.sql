-- What was published, when: written by aim.publish alone, in one transaction a release.

create table core.indicator_values (
    indicator_code text not null,
    measure text not null,
    definition_version text not null,
    period_grain text not null,
    period_start date not null,
    period_end date not null,
    territory_level text not null,
    territory_code text not null,
    breakdown text not null,
    breakdown_value text not null,
    numerator numeric,
    denominator numeric,
    value numeric,
    unit text not null,
    coverage_pct numeric,
    obs_status text not null,
    released_in bigint not null references ops.releases,
    known_from timestamptz not null,
    known_to timestamptz
);
create unique index indicator_values_now on core.indicator_values (
    indicator_code, measure, period_grain, period_start, territory_code, breakdown, breakdown_value
) where known_to is null;
comment on table core.indicator_values is
'Released values, unsuppressed. One row per combination and time it was known; known_to null: now.';

create table marts.indicator_values (
    like core.indicator_values including comments,
    conf_status text not null check (conf_status in ('F', 'C'))
);
create unique index indicator_values_now on marts.indicator_values (
    indicator_code, measure, period_grain, period_start, territory_code, breakdown, breakdown_value
) where known_to is null;
comment on table marts.indicator_values is
'Published values, suppressed: conf_status F free, C confidential (numbers null). Grain as core.indicator_values.';
