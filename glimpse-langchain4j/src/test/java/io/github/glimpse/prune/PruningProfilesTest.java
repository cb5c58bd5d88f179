package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PruningProfilesTest {

    private static final PruningProfiles WITH_MODULE = new PruningProfiles(Map.of(), true, null);
    private static final PruningProfiles WITHOUT = new PruningProfiles(Map.of(), false, null);
    private static final PruningProfiles CALIBRATED = new PruningProfiles(Map.of(), false, 0.25);

    private static PruningOptions profile(String name) {
        return PruningOptions.builder().profile(name).build();
    }

    @Test
    void nothingSetIsNothingChanged() {
        assertThat(WITH_MODULE.settle(PruningOptions.defaults())).isEqualTo(PruningOptions.defaults());
        assertThat(PruningOptions.defaults().guard().isOn()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "careful, 0.3, 1.0, true",
                "balanced, -, 0.333, true",
                "bold, -, 0.111, false",
                "auto, -, 0.333, true"
            })
    void withAModuleProfilesAreSettingsOfGlimpse(String name, Double threshold, Double cap, boolean guard) {
        PruningOptions settled = WITH_MODULE.settle(profile(name));

        assertThat(settled.enabled()).isTrue();
        assertThat(settled.strategy()).isEqualTo("glimpse");
        assertThat(settled.threshold()).isEqualTo(threshold);
        assertThat(settled.maxRetentionRatio()).isEqualTo(cap);
        assertThat(settled.guard().isOn()).isEqualTo(guard);
        assertThat(settled.profile()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"careful, 0.6", "balanced, 0.4", "bold, 0.2"})
    void withoutAModuleTheyAreDiversityAtVision(String name, double ratio) {
        PruningOptions settled = WITHOUT.settle(profile(name));

        assertThat(settled.strategy()).isEqualTo("div-prune");
        assertThat(settled.retentionRatio()).isEqualTo(ratio);
        assertThat(settled.schedule()).isEmpty();
    }

    @Test
    void offPrunesNothingWithAndWithoutAModule() {
        assertThat(WITH_MODULE.settle(profile("off")).enabled()).isFalse();
        assertThat(WITHOUT.settle(profile("off")).enabled()).isFalse();
    }

    @Test
    void autoWithoutAModuleIsTwoStepsWithTheModelsDistance() {
        PruningOptions settled = CALIBRATED.settle(profile("auto"));

        assertThat(settled.schedule())
                .extracting(PruningStep::at, PruningStep::strategy, PruningStep::options)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "vision",
                                "div-prune",
                                Map.of("stop-distance", "0.25", "min-ratio", "0.1", "max-ratio", "0.6")),
                        org.assertj.core.groups.Tuple.tuple(
                                "50 %", "fastv", Map.of("mass", "0.9", "min-ratio", "0.3", "max-ratio", "1")));
    }

    @Test
    void autoWithoutAModuleAndWithoutADistanceIsRefusedWithTheReason() {
        assertThatThrownBy(() -> WITHOUT.settle(profile("auto")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("auto", "stop-distance", "glimpse.pruning.options.stop-distance", "balanced");
    }

    @Test
    void theUsersDistanceWinsWhereverItIsSaid() {
        PruningOptions model =
                PruningOptions.builder().options(Map.of("stop-distance", "0.4")).build();
        PruningOptions settled = CALIBRATED.settle(profile("auto").orElse(model));

        assertThat(settled.schedule().get(0).options()).containsEntry("stop-distance", "0.4");
        assertThat(WITHOUT.settle(model.toBuilder().profile("auto").build()).options())
                .isEmpty();
    }

    @Test
    void theDistanceOfTheRequestsOwnProfileWinsOverThatOfTheModel() {
        PruningOptions fine =
                PruningOptions.builder().options(Map.of("stop-distance", "0.1")).build();
        PruningProfiles own = new PruningProfiles(Map.of("fine", fine), false, 0.25);
        PruningOptions model = profile("auto").toBuilder()
                .options(Map.of("stop-distance", "0.4"))
                .build();

        for (PruningOptions beneath : List.of(model, profile("auto"))) {
            assertThat(own.settle(profile("fine").orElse(beneath))
                            .schedule()
                            .get(0)
                            .options())
                    .containsEntry("stop-distance", "0.1");
        }
    }

    @Test
    void autoSwitchesPruningOnWhereTheRequestNamesAStrategyOfItsOwn() {
        PruningOptions request =
                PruningOptions.builder().profile("auto").strategy("fastv").build();
        PruningOptions off = PruningOptions.builder().enabled(false).build();

        assertThat(WITHOUT.settle(request.orElse(off)).enabled()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "2.5", "much", "NaN"})
    void aDistanceThatIsNoneIsRefused(String text) {
        PruningOptions options = PruningOptions.builder()
                .profile("auto")
                .options(Map.of("stop-distance", text))
                .build();
        assertThatThrownBy(() -> WITHOUT.settle(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("stop-distance", text);
    }

    @Test
    void whoSwitchesPruningOffNeedsNoDistance() {
        PruningOptions off = PruningOptions.builder().enabled(false).build().orElse(profile("auto"));
        assertThat(WITHOUT.settle(off).enabled()).isFalse();
        PruningOptions own = PruningOptions.builder().strategy("fastv").build().orElse(profile("auto"));
        assertThat(WITHOUT.settle(own).strategy()).isEqualTo("fastv");
    }

    @Test
    void fieldsOfTheRequestWinOverItsProfileThatOverTheModelsFieldsThoseOverTheModelsProfile() {
        PruningOptions request =
                PruningOptions.builder().profile("careful").minTokens(7).build();
        PruningOptions model = PruningOptions.builder()
                .profile("bold")
                .threshold(0.9)
                .minTokens(3)
                .anchors(Set.of(Anchor.TOP_LEFT))
                .build();

        PruningOptions settled = WITH_MODULE.settle(request.orElse(model));

        assertThat(settled.minTokens()).isEqualTo(7);
        assertThat(settled.threshold()).isEqualTo(0.3);
        assertThat(settled.maxRetentionRatio()).isEqualTo(1.0);
        assertThat(settled.anchors()).containsExactly(Anchor.TOP_LEFT);
    }

    @Test
    void aProfileOfTheRequestWinsOverTheModelsStrategyAndSchedule() {
        PruningOptions model = PruningOptions.builder()
                .strategy("fastv")
                .retentionRatio(0.1)
                .options(Map.of("mass", "0.5"))
                .build();

        PruningOptions settled = WITHOUT.settle(profile("balanced").orElse(model));

        assertThat(settled.strategy()).isEqualTo("div-prune");
        assertThat(settled.retentionRatio()).isEqualTo(0.4);
        assertThat(settled.options()).isEmpty();
    }

    @Test
    void layersStayInOrderHoweverTheyAreMerged() {
        PruningOptions request = PruningOptions.builder().minTokens(7).build();
        PruningOptions defaults = profile("careful");
        PruningOptions model = PruningOptions.builder().threshold(0.9).build();

        PruningOptions left = request.orElse(defaults).orElse(model);
        PruningOptions right = request.orElse(defaults.orElse(model));

        assertThat(WITH_MODULE.settle(left)).isEqualTo(WITH_MODULE.settle(right));
        assertThat(left.orElse(model)).as("merged with the model once more").isEqualTo(left);
    }

    @Test
    void anUnknownProfileIsRefusedWithTheKnownOnes() {
        PruningProfiles own = new PruningProfiles(Map.of("receipts", PruningOptions.defaults()), true, null);
        assertThatThrownBy(() -> own.settle(profile("brave")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'brave' is not known; use one of auto, balanced, bold, careful, off, receipts");
    }

    @Test
    void anOwnProfileMayBeBasedOnAnother() {
        PruningProfiles own = new PruningProfiles(
                Map.of(
                        "receipts",
                        PruningOptions.builder()
                                .profile("balanced")
                                .maxRetentionRatio(0.2)
                                .build()),
                true,
                null);

        PruningOptions settled = own.settle(profile("receipts"));

        assertThat(settled.maxRetentionRatio()).isEqualTo(0.2);
        assertThat(settled.guard().isOn()).isTrue();
    }

    @Test
    void anOwnProfileWinsOverOneOfTheSameName() {
        PruningProfiles own = new PruningProfiles(
                Map.of("bold", PruningOptions.builder().threshold(0.8).build()), true, null);
        PruningOptions settled = own.settle(profile("bold"));
        assertThat(settled.threshold()).isEqualTo(0.8);
        assertThat(settled.maxRetentionRatio()).isNull();
    }

    @Test
    void profilesThatLeadBackToThemselvesAreRefusedAtOnce() {
        Map<String, PruningOptions> circle = Map.of("a", profile("b"), "b", profile("a"));
        assertThatThrownBy(() -> new PruningProfiles(circle, true, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leads back");
        assertThatThrownBy(() -> new PruningProfiles(Map.of("a", profile("nowhere")), true, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere");
        assertThatCode(() -> new PruningProfiles(Map.of("a", profile("auto")), false, null))
                .doesNotThrowAnyException();
    }
}
