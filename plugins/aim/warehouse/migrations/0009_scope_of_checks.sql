-- Which part of the score a check counts in depends on what it looks at: a cell, a row, or beyond the row.

alter table quality.check_results add column scope text;
comment on column quality.check_results.scope is
'What the rule looks at: cell, row, section, file, cross_dataset, history or cross_provider; empty: our own build.';

-- Results written before: the rules as they were declared then.
update quality.check_results as results
set scope = rules.scope
from (
    values
    ('ATV-001', 'row'),
    ('ATV-002', 'row'),
    ('ATV-003', 'history'),
    ('ATV-004', 'section'),
    ('ATV-005', 'row'),
    ('ATV-006', 'cross_provider'),
    ('ATV-007', 'cross_provider'),
    ('GLO-001', 'section'),
    ('GLO-002', 'history'),
    ('GLO-003', 'history'),
    ('GYV-001', 'file'),
    ('GYV-002', 'row'),
    ('GYV-003', 'history'),
    ('MOK-001', 'file'),
    ('MOK-002', 'history'),
    ('NEL-001', 'row'),
    ('NEL-002', 'row'),
    ('NEP-001', 'section'),
    ('NEP-002', 'section'),
    ('NEP-003', 'section'),
    ('NES-001', 'row'),
    ('PAS-001', 'row'),
    ('PAS-002', 'row'),
    ('PAS-003', 'history'),
    ('PLA-001', 'cross_dataset'),
    ('PLA-002', 'row'),
    ('PLA-003', 'row'),
    ('PLA-004', 'row'),
    ('SMU-001', 'row'),
    ('SMU-002', 'section'),
    ('SMU-003', 'history'),
    ('SMU-004', 'cross_provider'),
    ('SMU-005', 'history'),
    ('TBK-001', 'row'),
    ('TBK-002', 'row'),
    ('TBK-003', 'row'),
    ('TBK-004', 'row'),
    ('UZI-001', 'row'),
    ('UZI-002', 'row'),
    ('VER-001', 'cross_dataset'),
    ('VER-002', 'section'),
    ('VER-003', 'section'),
    ('VER-004', 'section'),
    ('VIS-001', 'cell'),
    ('VIS-002', 'cell'),
    ('VIS-003', 'cell'),
    ('VIS-004', 'section'),
    ('VIS-005', 'cell'),
    ('VIS-006', 'row'),
    ('VIS-007', 'cell'),
    ('VIS-008', 'row'),
    ('VIS-009', 'row'),
    ('VIS-010', 'cell'),
    ('VIS-011', 'row'),
    ('VIS-012', 'cell'),
    ('VIS-013', 'cell'),
    ('VIS-014', 'row'),
    ('VIS-015', 'history'),
    ('VIS-016', 'history')
) as rules (rule_code, scope)
where
    results.rule_code = rules.rule_code
    and results.delivery_id is not null;
