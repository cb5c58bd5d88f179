package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentionRuleTest {

    private static final int CORES = 2;

    private final ContentionRule rule = new ContentionRule();

    @Test
    void oneBusyWindowTurnsContentionOnAndTwoIdleWindowsTurnItOff() {
        assertThat(add(0.29)).isFalse();
        assertThat(add(0.3)).isTrue();
        assertThat(add(0.1)).isTrue();
        assertThat(add(0.1)).isFalse();
    }

    @Test
    void aLoadBetweenTheLimitsChangesNothing() {
        assertThat(add(0.2)).isFalse();
        assertThat(add(1)).isTrue();
        assertThat(add(0.2)).isTrue();
        assertThat(add(0.2)).isTrue();
    }

    @Test
    void idleWindowsThatAreNotConsecutiveKeepContentionOn() {
        add(1);

        assertThat(add(0.1)).isTrue();
        assertThat(add(0.2)).isTrue();
        assertThat(add(0.1)).isTrue();
        assertThat(add(0.1)).isFalse();
    }

    @Test
    void loadOnCoresThatAnOperationLeavesFreeIsNoContention() {
        assertThat(rule.add(4.2, 8, 4)).isFalse();
        assertThat(rule.add(4.31, 8, 4)).isTrue();
    }

    @Test
    void moreThreadsThanCoresLeaveNoneFree() {
        assertThat(rule.add(0.3, CORES, 64)).isTrue();
    }

    /** libgomp counts one thread, and for each team all threads but the first. */
    @ParameterizedTest
    @CsvSource({"2, 2, 2", "4, 4, 2", "64, 64, 2", "8, 4, 6", "64, 2, 64", "2, 64, 2"})
    void aParkedTeamBringsTheManagedThreadsAboveTheCores(int cores, int operationThreads, int parked) {
        assertThat(ParkedTeam.threadsFor(cores, operationThreads)).isEqualTo(parked);
        assertThat(1 + (operationThreads - 1) + (parked - 1)).isGreaterThan(cores);
    }

    private boolean add(double otherCores) {
        return rule.add(otherCores, CORES, CORES);
    }
}
