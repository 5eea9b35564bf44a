{# Share in percent; null where there is nothing to share. #}
{% macro percent(part, whole) -%}
    100.0 * ({{ part }}) / nullif({{ whole }}, 0)
{%- endmacro %}


{# The counts that add up over slices, datasets, providers: columns of the same name, summed. #}
{% macro summed_counts() -%}
    {% for count in (
        'expected', 'accepted', 'on_time', 'missing', 'waived',
        'conformance_passed', 'conformance_applicable',
        'completeness_filled', 'completeness_required',
        'consistency_passed', 'consistency_applicable',
    ) %}
    coalesce(sum({{ count }}), 0)::bigint as {{ count }}{{ ',' if not loop.last }}
        {% endfor %}
{%- endmacro %}


{# The parts of the score that are known of a single period, in percent. #}
{% macro shares_of_counts() -%}
    {{ percent('accepted', 'expected') }} as reporting_rate,
        {{ percent('on_time', 'expected') }} as timeliness,
        {{ percent('conformance_passed', 'conformance_applicable') }} as conformance,
        {{ percent('completeness_filled', 'completeness_required') }} as completeness,
        {{ percent('consistency_passed', 'consistency_applicable') }} as consistency
{%- endmacro %}


{#
    From rows of counts to score and letter: the common table expression `scored`, which bears all columns of `counts`.
    A part without a denominator is unknown, not 0 and not 100: the weights of the others then are the whole.
#}
{% macro scored(counts) %}
shares as (
    select
        {{ counts }}.*,
        {{ shares_of_counts() }},
        {{ percent('expected - missing', 'expected') }} as continuity
    from {{ counts }}
),

weighted as (
    select
        shares.*,
        score_weight_reporting_rate.value as reporting_rate_weight,
        score_weight_timeliness.value as timeliness_weight,
        score_weight_conformance.value as conformance_weight,
        score_weight_completeness.value as completeness_weight,
        score_weight_consistency.value as consistency_weight,
        score_weight_continuity.value as continuity_weight,
        score_bound_a.value as bound_a,
        score_bound_b.value as bound_b,
        score_bound_c.value as bound_c,
        score_min_periods.value as min_periods
    from shares
    {{ parameter('score_weight_reporting_rate', clock_date()) }}
    {{ parameter('score_weight_timeliness', clock_date()) }}
    {{ parameter('score_weight_conformance', clock_date()) }}
    {{ parameter('score_weight_completeness', clock_date()) }}
    {{ parameter('score_weight_consistency', clock_date()) }}
    {{ parameter('score_weight_continuity', clock_date()) }}
    {{ parameter('score_bound_a', clock_date()) }}
    {{ parameter('score_bound_b', clock_date()) }}
    {{ parameter('score_bound_c', clock_date()) }}
    {{ parameter('score_min_periods', clock_date()) }}
),

summed as (
    select
        weighted.*,
        {% for part in (
            'reporting_rate', 'timeliness', 'conformance', 'completeness', 'consistency', 'continuity'
        ) %}
        {{ '+ ' if not loop.first }}case when {{ part }} is null then 0 else {{ part }}_weight end
        {% endfor %}
        as weight_known,
        {% for part in (
            'reporting_rate', 'timeliness', 'conformance', 'completeness', 'consistency', 'continuity'
        ) %}
        {{ '+ ' if not loop.first }}coalesce({{ part }} * {{ part }}_weight, 0)
        {% endfor %}
        as points
    from weighted
),

valued as (
    select
        summed.*,
        -- Ten decimals: a sum of thirds must not fall short of a bound by its last digit.
        case when expected > 0 then round(points / nullif(weight_known, 0), 10) end as score
    from summed
),

scored as (
    select
        valued.*,
        case
            when score is null or periods < min_periods then null
            when score >= bound_a then 'A'
            when score >= bound_b then 'B'
            when score >= bound_c then 'C'
            else 'D'
        end as letter
    from valued
)
{% endmacro %}
