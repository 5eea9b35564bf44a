-- Facts after a later night: rows of loads that no longer speak go, rows of new loads come.
delete from by_hand.fct_case
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_case select * from by_hand.new_case;
analyze by_hand.fct_case;

delete from by_hand.fct_risk_family
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_risk_family select * from by_hand.new_risk_family;
analyze by_hand.fct_risk_family;

delete from by_hand.fct_assessment_answer
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_assessment_answer select * from by_hand.new_assessment_answer;
analyze by_hand.fct_assessment_answer;

delete from by_hand.fct_service_delivery
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_service_delivery select * from by_hand.new_service_delivery;
analyze by_hand.fct_service_delivery;

delete from by_hand.fct_social_risk_status
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_social_risk_status select * from by_hand.new_social_risk_status;
analyze by_hand.fct_social_risk_status;

delete from by_hand.fct_violence_event
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_violence_event select * from by_hand.new_violence_event;
analyze by_hand.fct_violence_event;

delete from by_hand.fct_care_episode
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_care_episode select * from by_hand.new_care_episode;
analyze by_hand.fct_care_episode;

delete from by_hand.fct_school_absence
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_school_absence select * from by_hand.new_school_absence;
analyze by_hand.fct_school_absence;

delete from by_hand.fct_out_of_education
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_out_of_education select * from by_hand.new_out_of_education;
analyze by_hand.fct_out_of_education;

delete from by_hand.fct_special_needs
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_special_needs select * from by_hand.new_special_needs;
analyze by_hand.fct_special_needs;

delete from by_hand.fct_disability
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_disability select * from by_hand.new_disability;
analyze by_hand.fct_disability;

delete from by_hand.fct_activity_attendance
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_activity_attendance select * from by_hand.new_activity_attendance;
analyze by_hand.fct_activity_attendance;

delete from by_hand.fct_offences
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_offences select * from by_hand.new_offences;
analyze by_hand.fct_offences;

delete from by_hand.fct_addiction
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_addiction select * from by_hand.new_addiction;
analyze by_hand.fct_addiction;

delete from by_hand.fct_cooperation
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_cooperation select * from by_hand.new_cooperation;
analyze by_hand.fct_cooperation;

delete from by_hand.fct_feedback
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_feedback select * from by_hand.new_feedback;
analyze by_hand.fct_feedback;

delete from by_hand.fct_population
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_population select * from by_hand.new_population;
analyze by_hand.fct_population;

delete from by_hand.fct_pupils
where load_id in (select load_id from by_hand.gone);
insert into by_hand.fct_pupils select * from by_hand.new_pupils;
analyze by_hand.fct_pupils;
