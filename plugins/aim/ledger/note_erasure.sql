update ops.erasures as erasure
set
    tables = array(
        select distinct touched.name
        from unnest(erasure.tables || %(tables)s::text[]) as touched (name)
        order by touched.name
    ),
    counts = ops.added_up(erasure.counts, %(counts)s)
where erasure.erasure_id = %(erasure_id)s
