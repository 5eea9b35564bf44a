-- The rows of the slices to be loaded, one view a fact, under their English names: neither duplicate nor taken out.

create view by_hand.new_case as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.atvejo_nr as case_number,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.seimos_nr as family_number,
    landed.sav as municipality_code,
    landed.pranesimo_data as reported_on,
    landed.atidarymo_data as opened_on,
    landed.vadybininko_paskyrimo_data as manager_appointed_on,
    landed.uzdarymo_data as closed_on,
    landed.uzdarymo_priezastis as closing_reason
from staging.atvejai as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_assessment_answer as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.vertinimo_nr as assessment_number,
    landed.klausimo_nr as item,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.atvejo_nr as case_number,
    landed.vertinimo_data as assessed_on,
    landed.lygis::smallint as level,
    landed.bendras_lygis::smallint as stated_overall_level,
    landed.vertintojo_grupe as assessor_group
from staging.vertinimai as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_plan_measure as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.plano_nr as plan_number,
    landed.priemones_nr as measure_number,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.atvejo_nr as case_number,
    landed.sudarymo_data as drawn_up_on,
    catalogue.code as service_code,
    landed.terminas as due_on,
    landed.busena as state,
    landed.ivykdymo_data as done_on,
    landed.perziuros_data as reviewed_on
from staging.pagalbos_planai as landed
inner join by_hand.to_load using (delivery_id)
left join reference.service_catalogue as catalogue on landed.paslaugos_kodas = catalogue.code
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_risk_family as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.seimos_nr as family_number,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.irasyta as entered_on,
    landed.isbraukta as struck_off_on,
    landed.priezastis as reason
from staging.rizikos_seimos as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_service_delivery as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.paslaugos_kodas as service_code,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.poreikis_nustatytas as is_need_established,
    landed.kiekis as quantity,
    landed.vienetas as unit,
    landed.laukia as is_waiting,
    landed.nuo as provided_from,
    landed.iki as provided_to
from staging.paslaugos as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_social_risk_status as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.statusas_nuo as status_from,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.statusas_iki as status_to,
    landed.priezastis as reason
from staging.socialines_rizikos_vaikai as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_violence_event as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.pranesimo_nr as report_number,
    landed.smurto_rusis as violence_kind,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.ivykio_data as happened_on,
    landed.pranesimo_data as reported_on,
    landed.patvirtinta as finding,
    landed.liudininkas as is_witness,
    landed.smurtautojas as perpetrator
from staging.smurtas as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_care_episode as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.globos_nr as episode_number,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.globos_rusis as guardianship_kind,
    landed.vieta as place,
    landed.pagrindas as ground,
    landed.nuo as begun_on,
    landed.iki as ended_on
from staging.globa as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_school_absence as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.mokyklos_kodas as school_code,
    landed.menuo as attendance_month,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.pamoku_is_viso as lessons_total,
    landed.praleista as lessons_missed,
    landed.be_priezasties as lessons_missed_unexcused,
    landed.priezastis as absence_reason
from staging.nelankantys as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_out_of_education as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.mokslo_metai as school_year,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.priezastis as reason
from staging.nesimokantys as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_special_needs as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.sprendimo_data as decided_on,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.lygis as level,
    landed.sutrikimo_grupe as disorder_group,
    landed.galioja_iki as in_force_to
from staging.sup as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_disability as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.nuo as in_force_from,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.lygis as level,
    landed.iki as in_force_to
from staging.neigalumas as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_activity_attendance as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.istaigos_kodas as institution_code,
    landed.programa as programme,
    landed.menuo as attendance_month,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.vaiko_id as child_id,
    landed.gimimo_menuo as birth_month,
    by_hand.sex(landed.lytis) as sex,
    landed._temporary_code as has_temporary_code,
    landed.sav as municipality_code,
    landed.planuota as sessions_planned,
    landed.lanke as sessions_attended
from staging.uzimtumas as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_offences as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.amzius as age,
    by_hand.sex(landed.lytis) as sex,
    landed.veikos_grupe as offence_group,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.sav as municipality_code,
    landed.veiku_sk as acts,
    landed.asmenu_sk as persons
from staging.nepilnameciu_veikos as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_addiction as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.amziaus_grupe as age_band,
    by_hand.sex(landed.lytis) as sex,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.sav as municipality_code,
    landed.asmenu_sk as persons,
    landed.naujai as new_persons
from staging.priklausomybes as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_cooperation as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.iraso_nr as record_number,
    landed.period,
    landed.period_start,
    landed.period_end,
    to_load.municipality_code,
    landed.tipas as record_type,
    landed.data as dated_on,
    landed.institucijos_kodas as institution_code,
    landed.terminas as due_on,
    landed.atsakymo_data as answered_on,
    landed.kviesta as invited,
    landed.dalyvavo as took_part
from staging.tbk_veikla as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_feedback as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.lapo_nr as sheet_number,
    landed.klausimo_nr as question,
    landed.period,
    landed.period_start,
    landed.period_end,
    to_load.municipality_code,
    landed.respondentas as respondent,
    landed.balas::smallint as score
from staging.apklausa as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_population as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.period,
    landed.sav as municipality_code,
    landed.metai as population_year,
    landed.amzius as age,
    landed.viso as children,
    landed.berniukai as boys,
    landed.mergaites as girls,
    landed.metai = extract(year from landed.period_start) as is_of_slice_year
from staging.gyventojai as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );

create view by_hand.new_pupils as
select
    to_load.load_id,
    landed.row_number,
    landed.delivery_id,
    landed.provider_code,
    landed.metai as pupil_year,
    landed.amzius as age,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed.sav as municipality_code,
    landed.mokiniu_sk as pupils,
    landed.metai = extract(year from landed.period_start) as is_of_slice_year
from staging.mokiniai as landed
inner join by_hand.to_load using (delivery_id)
where
    not landed._duplicate
    and not exists (
        select from by_hand.rows_out
        where
            rows_out.delivery_id = landed.delivery_id
            and rows_out.row_number = landed.row_number
    );
