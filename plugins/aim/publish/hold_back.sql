-- Takes a group's periods of one year out of the round: what was released of them last stands.
delete from periods_in_round as released
using reference.protected_quantities as named
where
    released.indicator_code = named.indicator_code
    and named.attacked_with = %(attacked_with)s
    and extract(year from released.period_start) = %(attacked_year)s
