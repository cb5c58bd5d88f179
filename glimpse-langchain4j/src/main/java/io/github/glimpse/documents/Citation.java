package io.github.glimpse.documents;

import io.github.glimpse.documents.PageAnswer.BoxSource;
import io.github.glimpse.documents.PageAnswerForm.Boxes;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.prune.PruningReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Settles where an answer stands. The text layer is the surest: where it has the quote or the answer, near what was looked at, the words'
 * boxes are taken. Else the model's own box, unless it lies beside all that was looked at; else what was looked at; else the page, or its tile.
 *
 * @param verified whether the text layer has the quote, or the answer
 */
record Citation(PageBox box, BoxSource source, String quote, boolean verified) {

    /** Share of a page's side by which a quote may stand beside a box. */
    private static final double SLACK = 0.02;

    private record Match(PageBox box, String text) {}

    static Citation of(
            PageAnswerForm.Said said,
            IndexedPage page,
            PageMapping mapping,
            @Nullable PruningReport report,
            int picture,
            Boxes boxes) {
        PageBox kept = report == null ? null : KeptRegion.of(report, picture, mapping);
        PageBox own = said.box() == null ? null : mapping.clip(own(said.box(), mapping, report, picture, boxes));
        if (own != null && (own.area() == 0 || (kept != null && own.overlap(kept) == 0))) {
            own = null;
        }
        PageBox near = own != null ? own : kept != null ? kept : mapping.isTile() ? mapping.part() : null;
        Match match = match(said.quote().isBlank() ? said.text() : said.quote(), page.words(), near);
        if (match == null && !said.quote().isBlank()) {
            match = match(said.text(), page.words(), near);
        }
        if (match != null) {
            return new Citation(
                    match.box(), BoxSource.TEXT, said.quote().isBlank() ? match.text() : said.quote(), true);
        }
        PageBox whole = mapping.clip(mapping.part());
        PageBox box = own != null ? own : kept != null ? kept : whole;
        BoxSource source = own != null ? BoxSource.MODEL : kept != null ? BoxSource.KEPT : BoxSource.PAGE;
        String quote = said.quote().isBlank() && source != BoxSource.PAGE ? inside(page, mapping, box) : said.quote();
        return new Citation(box, source, quote, false);
    }

    private static PageBox own(
            double[] box, PageMapping mapping, @Nullable PruningReport report, int picture, Boxes boxes) {
        PatchPlan plan = boxes == Boxes.RESIZED_PIXELS && report != null
                ? report.images().stream()
                        .filter(unit -> unit.unit().index() == picture)
                        .map(PruningReport.Image::plan)
                        .findFirst()
                        .orElse(null)
                : null;
        if (plan == null) {
            return mapping.ofThousandths(box[0], box[1], box[2], box[3]);
        }
        double left = Math.min(box[0], box[2]);
        double top = Math.min(box[1], box[3]);
        return mapping.ofResized(new PixelArea(left, top, Math.abs(box[2] - box[0]), Math.abs(box[3] - box[1])), plan);
    }

    private static String inside(IndexedPage page, PageMapping mapping, PageBox box) {
        double slack = SLACK * Math.max(mapping.page().width(), mapping.page().height());
        PageBox around = box.grown(slack);
        return page.words().stream()
                .filter(word -> around.holdsMiddleOf(word.box()))
                .map(PageWord::text)
                .collect(Collectors.joining(" "));
    }

    /** Words in a row that say a text, letters and digits compared; of several such rows the one nearest to a box. */
    private static @Nullable Match match(String text, List<PageWord> words, @Nullable PageBox near) {
        String wanted = letters(text);
        if (wanted.isEmpty()) {
            return null;
        }
        List<Match> matches = new ArrayList<>();
        for (int first = 0; first < words.size(); first++) {
            StringBuilder joined = new StringBuilder();
            for (int last = first; last < words.size() && joined.length() < wanted.length(); last++) {
                joined.append(letters(words.get(last).text()));
                if (wanted.contentEquals(joined)) {
                    matches.add(match(words.subList(first, last + 1)));
                    break;
                }
            }
        }
        if (near == null || matches.isEmpty()) {
            return matches.isEmpty() ? null : matches.get(0);
        }
        return matches.stream()
                .min(Comparator.<Match>comparingDouble(match -> gap(match.box(), near))
                        .thenComparingDouble(match -> distance(match.box(), near)))
                .orElseThrow();
    }

    private static Match match(List<PageWord> words) {
        PageBox box = words.get(0).box();
        for (PageWord word : words) {
            box = box.union(word.box());
        }
        return new Match(box, words.stream().map(PageWord::text).collect(Collectors.joining(" ")));
    }

    /** Between the edges, 0 for boxes that touch. */
    private static double gap(PageBox one, PageBox other) {
        return Math.hypot(
                Math.max(0, Math.max(one.x1() - other.x2(), other.x1() - one.x2())),
                Math.max(0, Math.max(one.y1() - other.y2(), other.y1() - one.y2())));
    }

    /** Between the middles. */
    private static double distance(PageBox one, PageBox other) {
        return Math.hypot(
                (one.x1() + one.x2() - other.x1() - other.x2()) / 2,
                (one.y1() + one.y2() - other.y1() - other.y2()) / 2);
    }

    private static String letters(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }
}
