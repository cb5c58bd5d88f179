package io.github.glimpse.prefill;

import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.Open;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Choices made image by image, put into the numbering of all images joined. */
public final class JoinedSelection {

    private final List<TokenSelection> parts = new ArrayList<>();
    private final List<Integer> firsts = new ArrayList<>();
    private final Set<Integer> untouched = new HashSet<>();
    private int tokens;

    /** Adds the next image's choice among its {@code alive} tokens. */
    void add(TokenSelection selection, int alive) {
        parts.add(selection);
        firsts.add(tokens);
        tokens += alive;
    }

    /** Adds what was not asked about: all of it stays, and it has no scores of its own. */
    void addUntouched(int alive) {
        untouched.add(parts.size());
        add(TokenSelection.all(alive), alive);
    }

    /** Scores only if every image that was asked about has some. */
    TokenSelection join() {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int[] kept = shifted(parts.stream().map(TokenSelection::kept).toList());
        List<MergedToken> merged = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            int first = firsts.get(i);
            parts.get(i).merged().forEach(token -> merged.add(token.behind(first)));
        }
        int passed = parts.stream().mapToInt(TokenSelection::passedThreshold).sum();
        return new TokenSelection(kept, scores(), kind(), passed, merged, reason(), Open.NOTHING);
    }

    private int[] shifted(List<int[]> indices) {
        return IntStream.range(0, indices.size())
                .flatMap(i -> Arrays.stream(indices.get(i)).map(index -> firsts.get(i) + index))
                .toArray();
    }

    private float @Nullable [] scores() {
        float[] all = new float[tokens];
        Arrays.fill(all, Float.NaN);
        for (int i = 0; i < parts.size(); i++) {
            if (untouched.contains(i) && untouched.size() < parts.size()) {
                continue;
            }
            float[] scores = parts.get(i).scores();
            if (scores == null) {
                return null;
            }
            System.arraycopy(scores, 0, all, firsts.get(i), scores.length);
        }
        return all;
    }

    private ScoreKind kind() {
        return IntStream.range(0, parts.size())
                .filter(part -> !untouched.contains(part))
                .mapToObj(part -> parts.get(part).kind())
                .findFirst()
                .orElse(ScoreKind.VALUE);
    }

    /** The first that is more than the wanted number. */
    private @Nullable RatioReason reason() {
        return parts.stream()
                .map(TokenSelection::reason)
                .filter(reason -> reason != null && reason != RatioReason.COUNT)
                .findFirst()
                .orElse(parts.isEmpty() ? null : parts.get(0).reason());
    }
}
