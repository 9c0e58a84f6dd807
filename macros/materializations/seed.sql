{% materialization seed, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {% do build_and_swap_table(target_relation, '') %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
