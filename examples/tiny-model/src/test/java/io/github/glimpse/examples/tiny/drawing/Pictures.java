package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Pictures of every family, size and pool to hold rules against. */
final class Pictures {

    private static final int EACH = 2;

    private Pictures() {}

    static Stream<Drawing> all() {
        return Stream.of(Family.values()).flatMap(Pictures::of);
    }

    static Stream<Drawing> of(Family family) {
        List<DrawingRequest> requests = new ArrayList<>();
        for (PageSize size : PageSize.ALL) {
            for (int seed = 0; seed < EACH; seed++) {
                requests.add(new DrawingRequest(Split.TRAIN, FacePool.SEEN, family, size, seed));
                requests.add(new DrawingRequest(Split.TEST, FacePool.SEEN, family, size, seed));
                requests.add(new DrawingRequest(Split.TEST, FacePool.UNSEEN, family, size, seed));
            }
        }
        return requests.stream().map(Studio::draw);
    }
}
