insert into ops.attacks (
    release_id, attacked_with, attacked_year, cells, cells_to_protect, cells_hidden, counted, counted_hidden, breaches,
    seconds, method
) values (
    %(release_id)s, %(attacked_with)s, %(attacked_year)s, %(cells)s, %(cells_to_protect)s, %(cells_hidden)s,
    %(counted)s, %(counted_hidden)s, %(breaches)s, %(seconds)s, %(method)s
)
