-- Takes out of the round what is attacked together in a year of which nothing is another number since it was released:
-- hidden and attacked in the same way, it would come out as it stands. What an attack came through last stays in.
-- (What stands is worked out once, not for each period.)
with attacked_groups as (
    select distinct
        indicator_code,
        attacked_with
    from reference.protected_quantities
),

last_attacked as (
    select distinct on (attacked_with, attacked_year)
        attacked_with,
        attacked_year,
        breaches = 0 and method = %(method)s as came_out_safe
    from ops.attacks
    order by attacked_with asc, attacked_year asc, release_id desc
),

computed as (
    select
        indicator_code,
        period_grain,
        period_start,
        measure,
        territory_code,
        breakdown,
        breakdown_value,
        {compared}
    from {current}
    where (indicator_code, period_grain, period_start) in (
        select
            touched.indicator_code,
            touched.period_grain,
            touched.period_start
        from periods_in_round as touched
    )
),

published as (
    select
        indicator_code,
        period_grain,
        period_start,
        measure,
        territory_code,
        breakdown,
        breakdown_value,
        {compared}
    from {published}
    where
        known_to is null
        and (indicator_code, period_grain, period_start) in (
            select
                touched.indicator_code,
                touched.period_grain,
                touched.period_start
            from periods_in_round as touched
        )
),

-- A value stands once on either side: what is the same on both is there twice.
changed as (
    select
        indicator_code,
        period_start
    from (
        select * from computed
        union all
        select * from published
    ) as seen
    group by
        indicator_code, period_grain, period_start, measure, territory_code, breakdown, breakdown_value, {compared}
    having count(*) = 1
),

anew as (
    select distinct
        groups.attacked_with,
        extract(year from changed.period_start) as attacked_year
    from changed
    inner join attacked_groups as groups on changed.indicator_code = groups.indicator_code
),

standing as materialized (
    select
        last_attacked.attacked_with,
        last_attacked.attacked_year
    from last_attacked
    left join anew
        on
            last_attacked.attacked_with = anew.attacked_with
            and last_attacked.attacked_year = anew.attacked_year
    where
        last_attacked.came_out_safe
        and anew.attacked_with is null
)

delete from periods_in_round as released
where
    exists (
        select from attacked_groups as groups
        where groups.indicator_code = released.indicator_code
    )
    and not exists (
        select from attacked_groups as groups
        left join standing
            on
                groups.attacked_with = standing.attacked_with
                and extract(year from released.period_start) = standing.attacked_year
        where
            groups.indicator_code = released.indicator_code
            and standing.attacked_with is null
    )
