package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pages for tests, in the own strokes. */
final class Pages {

    private static final PageMaker MAKER = new PageMaker(FontRegistry.strokes(), Repertoire.SECOND);
    private static final List<PageSize> SIZES =
            List.of(new PageSize(12, 12), new PageSize(16, 12), new PageSize(10, 16), new PageSize(24, 24));
    private static final int SEEDS = 8;
    private static final List<DrawnPage> ALL = Stream.of(Split.values())
            .flatMap(split -> Stream.of(PageRequest.Mix.values()).flatMap(mix -> IntStream.range(0, SEEDS)
                    .mapToObj(seed -> MAKER.draw(new PageRequest(split, mix, SIZES.get(seed % 4), seed)))))
            .toList();

    private Pages() {}

    static PageMaker maker() {
        return MAKER;
    }

    /** Eight pages of each split and mix. */
    static Stream<DrawnPage> all() {
        return ALL.stream();
    }

    /** Pages of panels of a split, more than {@link #all()} has. */
    static Stream<DrawnPage> panels(Split split, int count) {
        return IntStream.range(0, count)
                .mapToObj(seed ->
                        MAKER.draw(new PageRequest(split, PageRequest.Mix.PANELS, SIZES.get(seed % 3), 1000L + seed)));
    }
}
