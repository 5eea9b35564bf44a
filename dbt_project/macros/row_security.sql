{#
    Post-hook of every table of `core`: who reads which of its rows, in the transaction that made it. The model's YAML
    says what a municipality reads (config, meta, municipality_reads); a model that does not say it is read by no
    municipality. Reference tables are read by everybody, unnoted; what else a person reads is put on record. Mails tell
    providers how they deliver: the mailer reads the collection's tables, which hold no child.
    Owner and pipeline see all rows: security forced on the owner holds for who connects as another one day, too.
#}
{% macro row_security() %}
    {% if this.schema == 'core' %}
    {% set own = '(select core.own_municipality())' %}
    {% set noted = "(select ops.note_read('" ~ this.identifier ~ "'))" %}
    {% set own_rows = {
        'own_municipality': 'municipality_code = ' ~ own,
        'own_territory': 'territory_code = ' ~ own,
        'own_children': 'child_id in (select child_id from core.own_children() as child_id)',
        'own_providers': 'provider_code in (select code from core.own_providers() as code)',
        'own_deliveries': 'delivery_id in (select delivery_id from core.own_deliveries() as delivery_id)',
        'own_assessments': '(provider_code, assessment_number) in (select * from core.own_assessments())',
        'own_level': "case level when 'municipality' then code = " ~ own
            ~ " when 'provider' then code in (select provider from core.own_providers() as provider) end",
    } %}
    {% set reads = model.config.meta.get('municipality_reads') %}
    alter table {{ this }} enable row level security;
    alter table {{ this }} force row level security;
    {% for policy in ['pipeline', 'own_rows', 'all_rows', 'everybody', 'mails'] %}
    drop policy if exists {{ policy }} on {{ this }};
    {% endfor %}
    create policy pipeline on {{ this }}
    to aim_transformer, aim_publisher, current_user using (true) with check (true);
    revoke all on {{ this }} from aim_municipality, aim_analyst, aim_mailer;
    grant select on {{ this }} to aim_analyst;
    {% if 'collection' in model.tags %}
    grant select on {{ this }} to aim_mailer;
    create policy mails on {{ this }} for select to aim_mailer using (true);
    {% endif %}
    {% if reads == 'everything' %}
    grant select on {{ this }} to aim_municipality;
    create policy everybody on {{ this }} for select to aim_municipality, aim_analyst using (true);
    {% else %}
    create policy all_rows on {{ this }} for select to aim_analyst using ({{ noted }});
    {% if reads %}
    grant select on {{ this }} to aim_municipality;
    create policy own_rows on {{ this }} for select to aim_municipality using ({{ noted }} and {{ own_rows[reads] }});
    {% endif %}
    {% endif %}
    {% endif %}
{% endmacro %}
