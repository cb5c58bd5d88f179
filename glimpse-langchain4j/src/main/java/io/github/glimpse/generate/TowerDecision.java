package io.github.glimpse.generate;

import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;

/**
 * A cut inside the vision tower or behind it, remembered with the picture.
 *
 * @param selection what stayed of the image tokens that were there
 * @param verdicts what the guard thought of it; none if there was nothing to choose
 */
record TowerDecision(TokenSelection selection, List<GuardedSelection> verdicts) {}
