select
    cards.indicator_code,
    cards.measure,
    cards.definition_version,
    cards.name_lt,
    cards.name_en,
    cards.measure_lt,
    cards.measure_en,
    cards.numerator_lt,
    cards.numerator_en,
    cards.denominator_lt,
    cards.denominator_en,
    cards.unit,
    cards.unit_lt,
    cards.unit_en,
    cards.kind,
    cards.source_datasets,
    cards.denominator_datasets,
    indicators.basis = 'ledger' as is_of_ledger,
    cards.counts_persons,
    cards.is_break,
    cards.valid_from,
    cards.valid_to,
    cards.note_lt,
    cards.note_en,
    cards.parameters_lt,
    cards.parameters_en
from core.dim_indicator as cards
inner join reference.indicators as indicators on cards.indicator_code = indicators.indicator_code
where cards.indicator_code = %(indicator)s
order by cards.measure_order, cards.definition_version
