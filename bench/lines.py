"""What is measured, where the line is, and how a result is said: the table's rows."""

from __future__ import annotations

from bench.crowd_lines import CROWD
from bench.peers_lines import PEERS
from bench.rows import Benchmark, Figures, Row
from bench.square_lines import SQUARE
from rostra.testing.meter import FAULTS


def _flawless(figures: Figures) -> bool:
    kinds = (*FAULTS, "holes_or_repeats_in_fragments")
    return not any(figures[kind] for kind in kinds) and not figures["responses_ended"]


def _untouched(figures: Figures) -> bool:
    kinds = ("missing_ms_max", "repeats", "silence_s_max", "responses_ended")
    return not any(figures[kind] for kind in kinds)


def _span(found: Figures, key: str) -> str:
    values = [one[key] for one in found.values()]
    return f"{min(values):g} to {max(values):g}"


def _most(found: Figures, key: str) -> float:
    return max(float(one[key]) for one in found.values())


def _highest(found: Figures, key: str) -> float:
    return max(float(value) for one in found.values() for value in one[key].values())


def _each(found: Figures, key: str) -> str:
    return "; ".join(f"{one[key]:g}" for one in found.values())


def _better(found: Figures) -> str:
    return f"{found['better_db']:.1f} dB better, worst {found['better_db_worst']:.2f}"


def _hls(figures: Figures) -> list[Figures]:
    return [figures[name] for name in ("master", "aac", "opus")]


def _spoiled(figures: Figures) -> str:
    return (
        f"missing {figures['missing_ms_max']:g} ms, silence {figures['silence_s_max']:g} s, "
        f"{figures['responses_ended']} responses ended"
    )


def _brief(drops: Figures) -> Figures:
    return {drop: found for drop, found in drops.items() if float(drop) <= 20}


def _long(drops: Figures) -> Figures:
    return {drop: found for drop, found in drops.items() if float(drop) > 20}


def _returns(drops: Figures) -> str:
    return "; ".join(
        f"{drop} s: p50 {one['p50_s']:g} s, max {one['max_s']:g} s" for drop, one in drops.items()
    )


def _back(drops: Figures, seconds: float) -> bool:
    return all(one["max_s"] <= seconds and one["muted_as_before"] for one in drops.values())


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("click", ("--clicks", "60"), ("--clicks", "10"), (
        Row(
            "click to first sound on the page, Chromium",
            "p50 ≤ 150 ms, p99 ≤ 400 ms",
            lambda f: f"p50 {f['sound_ms_p50']} ms, p99 {f['sound_ms_p99']} ms, "
                      f"max {f['sound_ms_max']} ms ({f['clicks']} clicks)",
            lambda f: f["sound_ms_p50"] <= 150 and f["sound_ms_p99"] <= 400,
        ),
    )),
    Benchmark("mouth_to_ear", ("--seconds", "40"), ("--seconds", "10"), (
        Row(
            "mouth to ear on the page, live response",
            "p50 ≤ 2.0 s",
            lambda f: f"p50 {f['page']['p50_s']:.2f} s, p99 {f['page']['p99_s']:.2f} s",
            lambda f: bool(f["page"]["p50_s"] <= 2.0),
        ),
        Row(
            "mouth to a plain HTTP listener's socket",
            "—",
            lambda f: f"p50 {f['wire']['p50_s']:.2f} s, p99 {f['wire']['p99_s']:.2f} s",
            lambda f: f["wire"]["chirps"] > 0,
        ),
    )),
    Benchmark("hls_latency", ("--seconds", "60", "--visits", "12"),
              ("--seconds", "10", "--visits", "3"), (
        Row(
            "mouth to ear in hls.js",
            "≤ 8 s, no stall in 60 s",
            lambda f: f"p50 {f['visits']['p50_s']:.1f} s, max {f['visits']['max_s']:.1f} s "
                      f"({f['visits']['read']} visits); {sum(one['stalls'] for one in _hls(f))} "
                      f"stalls in 3 × {f['seconds']:g} s",
            lambda f: all(one["max_s"] <= 8 for one in (*_hls(f), f["visits"]))
                      and not any(one["stalls"] for one in _hls(f)),
        ),
    )),
    Benchmark("soak", ("--minutes", "30", "--listeners", "500"),
              ("--minutes", "1", "--listeners", "100"), (
        Row(
            "click, gap or repeat for 500 listeners in 30 min, 1 in 100 by the meter",
            "none",
            lambda f: f"{f['holes_or_repeats_in_fragments']} holes or repeats in "
                      f"{f['fragments']:,} fragments; by the meter in {f['heard_minutes']:g} min: "
                      f"{f['missing']} missing, {f['repeated']} repeated, "
                      f"{f['inserted']} inserted, "
                      f"{f['drops']} drops, {f['clicks']} clicks",
            _flawless,
        ),
    )),
    Benchmark("kills", ("--rounds", "5", "--listeners", "8"),
              ("--rounds", "1", "--listeners", "3"), (
        Row("sound after kill -9 of web", "not touched",
            lambda f: _spoiled(f["web"]), lambda f: _untouched(f["web"])),
        Row("sound after kill -9 of the bus", "not touched",
            lambda f: _spoiled(f["bus"]), lambda f: _untouched(f["bus"])),
        Row(
            "listeners of an edge after its kill -9",
            "nothing lost or repeated, back ≤ 3 s",
            lambda f: f"{f['edge']['holes_in_media_time']} lost or repeated, nothing came for "
                      f"{f['edge']['nothing_came_for_s_max']:g} s at most",
            lambda f: not f["edge"]["holes_in_media_time"]
                      and f["edge"]["nothing_came_for_s_max"] <= 3,
        ),
        Row(
            "speech after kill -9 of the stage",
            "back ≤ 3 s, no response ended",
            lambda f: f"silence p50 {f['stage']['silence_s_p50']:g} s, "
                      f"max {f['stage']['silence_s_max']:g} s; "
                      f"{f['stage']['responses_ended']} responses ended",
            lambda f: f["stage"]["silence_s_max"] <= 3 and not f["stage"]["responses_ended"],
        ),
    )),
    Benchmark("random_kills", ("--minutes", "60"), ("--minutes", "5", "--listeners", "3"), (
        Row(
            "kill -9 at random, of whatever comes up",
            "nothing heard of it but a stage's death",
            lambda f: f"{sum(f['kills'].values())} kills in {f['minutes']:g} min: "
                      f"{f['holes_in_media_time']} lost or repeated, "
                      f"{sum(f['faults_not_behind_a_stage'].values())} faults without a "
                      f"stage's death; speech back after p50 {f['speech_gone_s_p50']:g} s, "
                      f"p99 {f['speech_gone_s_p99']:g} s",
            lambda f: not f["holes_in_media_time"] and not f["faults_not_behind_a_stage"],
        ),
    )),
    Benchmark("log_size", ("--seconds", "120"), ("--seconds", "20"), (
        Row(
            "log of an hour of talk",
            "≤ 14 MB Opus",
            lambda f: f"{f['opus_mb_per_hour']:g} MB Opus, {f['aac_mb_per_hour']:g} MB AAC",
            lambda f: f["opus_mb_per_hour"] <= 14,
        ),
    )),
    Benchmark("idle", ("--seconds", "60"), ("--seconds", "15"), (
        Row(
            "`serve --demo`, nobody listening",
            "≤ 350 MB resident, ≤ 12 % of a core",
            lambda f: f"{f['pss_mib'] * 1.048576:.0f} MB (shared pages once; "
                      f"{f['rss_mib_added_up']} MiB added up), {f['cpu_percent_of_a_core']:g} %",
            lambda f: f["pss_mib"] * 1.048576 <= 350 and f["cpu_percent_of_a_core"] <= 12,
        ),
    )),
    Benchmark("tick", ("--seconds", "65"), ("--seconds", "62"), (
        Row(
            "stage tick lateness, a core and a half busy (nice 10)",
            "p99 ≤ 25 ms",
            lambda f: f"p50 {f['stage_tick_p50_ms']:g} ms, p99 {f['stage_tick_p99_ms']:g} ms",
            lambda f: f["stage_tick_p99_ms"] <= 25,
        ),
    )),
    Benchmark("stage_delay", ("--seconds", "60"), ("--seconds", "10"), (
        Row(
            "mouth to ear on the stage, two aiortc peers",
            "p50 ≤ 200 ms, p99 ≤ 350 ms",
            lambda f: f"p50 {f['p50_ms']:.0f} ms, p99 {f['p99_ms']:.0f} ms "
                      f"({f['playout_ms']:g} ms of it a browser's own buffer)",
            lambda f: f["p50_ms"] <= 200 and f["p99_ms"] <= 350,
        ),
    )),
    Benchmark("stage_cpu", ("--seconds", "30"), ("--seconds", "5"), (
        Row(
            "CPU of a stage: 1 speaker; 13 talking; 13 seats, 2 talking",
            "≤ 0.12; ≤ 0.6; ≤ 0.35 core",
            lambda f: "; ".join(f"{cores:.2f}" for cores in f["cores"].values()),
            lambda f: f["cores"]["one"] <= 0.12 and f["cores"]["thirteen_talking"] <= 0.6
                      and f["cores"]["two_talking"] <= 0.35,
        ),
    )),
    Benchmark("moves", ("--rounds", "100"), ("--rounds", "5"), (
        Row(
            "a host's mute, until it is in the sound: over the channel; over the API",
            "p99 ≤ 500 ms",
            lambda f: "; ".join(f"p50 {f[way]['p50_ms']:.0f} ms, p99 {f[way]['p99_ms']:.0f} ms"
                                for way in ("channel", "api")),
            lambda f: max(f[way]["p99_ms"] for way in ("channel", "api")) <= 500,
        ),
    )),
    Benchmark("back", ("--rounds", "2"), ("--rounds", "1", "--longest", "5"), (
        Row(
            "a speaker's page back on its seat after 1, 5, 20, 60 s in which frames were lost",
            "≤ 3 s, muted as before",
            lambda f: _returns(f["frames_lost"]),
            lambda f: _back(f["frames_lost"], 3),
        ),
        Row(
            "the same with the link down for 1, 5, 20 s",
            "≤ 3 s, muted as before",
            lambda f: _returns(_brief(f["link_down"])),
            lambda f: _back(_brief(f["link_down"]), 3),
        ),
        Row(
            "the same for 60 s, Chromium not seeing its own network for 2 to 3.3 s of it",
            "≤ 4 s, muted as before",
            lambda f: _returns(_long(f["link_down"])) or "not in a quick look",
            lambda f: _back(_long(f["link_down"]), 4),
        ),
    )),
    Benchmark("fidelity", (), (), (
        Row(
            "one speaker through the stage, coded twice; the two codecs alone",
            "—",
            lambda f: "; ".join(f"{rate}: SNR {_each(of, 'snr_db')} dB, spectrum "
                                f"{_each(of, 'spectral_db')} dB apart"
                                for rate, of in f["programmes"].items()),
            lambda f: all(of["stage"]["snr_db"] >= of["alone"]["snr_db"] - 1
                          for of in f["programmes"].values()),
        ),
        Row(
            "loudness over 30 s: one voice of -29 to -13 LUFS, two in turn, three at once",
            "-16 ± 1 LUFS, peak ≤ -1 dBTP",
            lambda f: f"{_span(f['loudness'], 'lufs')} LUFS, "
                      f"{_most(f['loudness'], 'true_peak'):g} dBTP, decoded "
                      f"{_highest(f['loudness'], 'decoded_peak'):g}; a seat's gain moves "
                      f"{_highest(f['loudness'], 'gain_steps_db_s'):.1f} dB/s at most",
            lambda f: all(abs(one["lufs"] + 16) <= 1 and one["true_peak"] <= -1
                          for one in f["loudness"].values()),
        ),
    )),
    Benchmark("noise", (), (), (
        Row(
            "noise suppression, babble of 6 (and of 24) 10 dB below each of 6 voices, 3 seeds",
            "≥ 8 dB better, speech intact",
            lambda f: f"{_better(f['babble'])} ({_better(f['many'])}; hiss {_better(f['hiss'])}); "
                      f"ESTOI {f['babble']['estoi_before']:.3f} → "
                      f"{f['babble']['estoi_after']:.3f}, at worst "
                      f"{f['babble']['estoi_change_worst']:+.3f}; SI-SDR "
                      f"{f['babble']['si_sdr_db_change']:+.1f} dB, segmental SNR "
                      f"{f['babble']['segmental_snr_db_change']:+.1f} dB; "
                      f"clean voice ESTOI {f['clean']['estoi']:.3f}, STOI {f['clean']['stoi']:.3f}",
            lambda f: all(f[noise]["better_db"] >= 8 and f[noise]["estoi_change"] >= -0.01
                          for noise in ("babble", "many")),
        ),
    )),
    Benchmark("bad_network", ("--minutes", "30"), ("--minutes", "1"), (
        Row(
            "3 speakers, 2 % random and 5 % burst loss, 30 ms jitter, 30 min",
            "no gap",
            lambda f: f"{f['lost_datagrams']:,} datagrams lost, {f['concealed']:,} frames "
                      f"concealed; longest time without sound {f['longest_quiet_ms']} ms in "
                      f"{f['heard_minutes']} min; {f['faults']['clicks']} clicks",
            lambda f: not f["gaps"],
        ),
    )),
    Benchmark("drift", ("--minutes", "60"), ("--minutes", "2"), (
        Row(
            "drift of the log, speakers' clocks ± 200 ppm",
            "≤ 20 ms in an hour",
            lambda f: f"{f['drift_ms']:.1f} ms in {f['minutes']:g} min; "
                      f"{f['concealed']} frames concealed",
            lambda f: f["drift_ms"] <= 20,
        ),
    )),
    Benchmark("offers", ("--offers", "100000"), ("--offers", "300"), (
        Row(
            "mutated offers on a live stage",
            "no 5xx, p99 ≤ 50 ms, nothing left behind, nothing heard",
            lambda f: f"{f['offers']:,} offers: {f['server_errors']} × 5xx, "
                      f"p50 {f['p50_ms']:.0f} ms, p99 {f['p99_ms']:.0f} ms, "
                      f"{f['descriptors_left']} descriptors left, "
                      f"{sum(f['faults'].values())} faults heard",
            lambda f: not f["server_errors"] and f["p99_ms"] <= 50
                      and f["descriptors_left"] <= 0 and not any(f["faults"].values()),
        ),
    )),
    Benchmark("credentials", (), ("--tries", "1500", "--addresses", "100", "--accounts", "60",
                                  "--samples", "40"), (
        Row(
            "guessed passwords, from many addresses on many accounts",
            "≤ 10 an account and hour, 99 % of owners in, ± 5 ms, hashing ≤ 1 core",
            lambda f: f"{f['tries']:,} tries: at most {f['most_guesses_at_one_account']} tried of "
                      f"one account, {f['owners_in']:.1%} of {f['owners']} owners in, "
                      f"{f['timing_difference_ms']:g} ms between known and unknown",
            lambda f: f["most_guesses_at_one_account"] <= 10 and f["owners_in"] >= 0.99
                      and f["timing_difference_ms"] <= 5,
        ),
    )),
    Benchmark("packets", ("--packets", "1000000"), ("--packets", "20000", "--control", "5"), (
        Row(
            "mutated packets on a live stage, from 3 seats and from nowhere",
            "nothing of others lost, CPU + ≤ 10 %",
            lambda f: f"{f['packets']:,} at {f['packets_per_second']:,} a second: "
                      f"{sum(f['faults'].values())} faults heard, "
                      f"{f['cores_before']:.2f} core before, {f['cores_under_attack']:.2f} then",
            lambda f: not any(f["faults"].values())
                      and f["cores_under_attack"] <= f["cores_before"] + 0.1,
        ),
    )),
    Benchmark("edge_calm", ("--listeners", "2000", "--seconds", "20"),
              ("--listeners", "500", "--seconds", "8"), (
        Row(
            "CPU of an edge for one listener",
            "—",
            lambda f: f"{f['us_per_listener_second']:g} µs a second "
                      f"({f['listeners']:,} listeners)",
            lambda f: not f["closed"],
        ),
    )),
    *CROWD,
    *PEERS,
    *SQUARE,
    Benchmark("tls", ("--listeners", "2000", "--seconds", "20"),
              ("--listeners", "300", "--seconds", "8"), (
        Row(
            "a TLS listener beside a plain one",
            "≤ 2.5 times the CPU",
            lambda f: f"{f['tls_to_plain']:g} times ({f['tls_us_per_listener_second']:g} µs a "
                      f"second), {f['tls_bytes_per_listener'] / 1000:.1f} kB; a connection "
                      f"{f['tls_us_per_visit']} µs, resumed {f['tls_us_per_resumed_visit']} µs, "
                      f"plain {f['plain_us_per_visit']} µs",
            lambda f: f["tls_to_plain"] <= 2.5 and not f["closed"],
        ),
    )),
)  # fmt: skip
