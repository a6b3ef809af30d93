//! The same behaviour over a radio whose firmware answers stations by itself (decision 0028).

use world::with_firmware;

/// Tests of other files once more.
macro_rules! again {
    ($($module:ident::$test:ident,)*) => {
        $(
            #[test]
            fn $test() {
                with_firmware(crate::$module::$test);
            }
        )*
    };
}

again! {
    air::stations_join_over_loss_duplication_and_reordering,
    air::each_message_of_the_handshake_may_be_lost_or_come_again,
    floods::a_flood_of_authentications_keeps_nobody_out,
    floods::a_flood_of_associations_that_never_answer_keeps_nobody_out,
    floods::a_flood_of_eapol_from_strangers_keeps_nobody_out,
    floods::a_flood_of_eapol_from_associated_ghosts_keeps_nobody_out,
    floods::a_flood_of_probe_requests_keeps_nobody_out,
    handshake::eapol_before_association_reaches_nobody,
    handshake::replayed_messages_install_no_key_twice,
    handshake::forged_eapol_does_not_disturb_a_joined_station,
    handshake::a_forged_authentication_does_not_end_an_association,
    handshake::data_in_clear_passes_at_no_stage,
    handshake::the_ethertype_of_eapol_is_no_way_around_a_closed_port,
    keys::both_keys_let_stations_in_and_are_told_apart,
    keys::a_binary_secondary_key_is_the_pmk_itself,
    keys::a_wrong_key_is_refused_and_named,
    keys::changing_the_secondary_key_under_peers_drops_nobody_and_loses_nothing,
    keys::who_left_cannot_come_back_with_a_retired_key_but_with_the_new_one,
    keys::removing_the_secondary_key_keeps_its_peers_and_lets_no_new_ones_in,
    keys::a_key_that_comes_back_is_not_retired_any_more,
    keys::a_silent_rejoin_with_a_retired_key_ends_the_old_association_without_a_new_one,
    limits::a_peer_that_comes_back_needs_no_second_place,
    limits::handshakes_that_race_for_the_last_place_leave_one_winner,
    limits::sixty_four_stations_join_at_once,
    limits::who_vanished_is_noticed_and_who_is_only_silent_stays,
    limits::dozing_stations_lose_no_frame,
    limits::a_station_the_driver_drops_is_gone_for_everybody,
    lives::an_orderly_end_sends_everybody_away_and_leaves_nothing_on_the_air,
    lives::a_temporary_key_ends_with_its_run,
    rekey::the_group_key_is_renewed_for_stations_of_every_key,
    rekey::pairwise_keys_are_renewed_on_the_key_a_station_joined_with,
    rekey::who_left_cannot_read_group_frames_any_more,
    runs::a_stop_sends_everybody_away,
    runs::a_driver_that_stops_says_why_and_may_be_started_again,
    runs::a_radio_that_goes_makes_the_network_unavailable_until_it_is_back,
    runs::a_run_may_start_and_stop_a_hundred_times_on_a_slow_radio,
    replay::the_same_inputs_make_the_same_outputs,
}
