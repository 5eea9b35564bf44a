-- One line of text for each reference file by which it is decided what is published, hidden and attacked.
select string_agg(said, E'\n' order by said)
from (
    select 'counties ' || told::text as said from reference.counties as told
    union all
    select 'indicator_measures ' || told::text from reference.indicator_measures as told
    union all
    select 'indicators ' || told::text from reference.indicators as told
    union all
    select 'instrument_items ' || told::text from reference.instrument_items as told
    union all
    select 'municipalities ' || told::text from reference.municipalities as told
    union all
    select 'nation ' || told::text from reference.nation as told
    union all
    select 'parameters ' || told::text from staging.stg_parameters as told
    union all
    select 'protected_quantities ' || told::text from reference.protected_quantities as told
    union all
    select 'publication_plan ' || told::text from reference.publication_plan as told
    union all
    select 'quantity_relations ' || told::text from reference.quantity_relations as told
) as lines
