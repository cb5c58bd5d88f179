package io.github.glimpse.eval;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.MaskOverlay;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Answers that pruning has lost, as pictures: what was kept in colour, the boxes drawn over it. */
final class WorstCases {

    private static final int MOST = 12;
    private static final int LONGEST_SIDE = 480;

    private final EvaluationSet set;
    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE);

    WorstCases(EvaluationSet set) {
        this.set = set;
    }

    /** The cases of a setting of a model: the largest losses first, of equal ones those with the least evidence kept. */
    String html(List<Reading> ofModel, String row) {
        Map<String, Reading> unpruned = ofModel.stream()
                .filter(reading -> reading.row().equals(EvaluationRow.UNPRUNED) && !reading.failed())
                .collect(Collectors.toMap(Reading::id, reading -> reading));
        Map<String, EvaluationItem> items =
                set.items().stream().collect(Collectors.toMap(EvaluationItem::id, item -> item));
        StringBuilder html = new StringBuilder();
        ofModel.stream()
                .filter(reading -> reading.row().equals(row) && !reading.failed())
                .filter(reading -> unpruned.containsKey(reading.id()) && items.containsKey(reading.id()))
                .filter(reading -> loss(reading, unpruned) > 0)
                .sorted(Comparator.<Reading>comparingDouble(reading -> -loss(reading, unpruned))
                        .thenComparingDouble(reading -> recallOrHalf(reading)))
                .limit(MOST)
                .forEach(reading -> append(html, reading, found(unpruned, reading.id()), found(items, reading.id())));
        return html.toString();
    }

    private static double loss(Reading reading, Map<String, Reading> unpruned) {
        return found(unpruned, reading.id()).score() - reading.score();
    }

    private static double recallOrHalf(Reading reading) {
        double recall = reading.selection().recall();
        return Double.isNaN(recall) ? 0.5 : recall;
    }

    private static <T> T found(Map<String, T> byId, String id) {
        T value = byId.get(id);
        if (value == null) {
            throw new IllegalStateException("Only known ids are asked for");
        }
        return value;
    }

    private void append(StringBuilder html, Reading reading, Reading unpruned, EvaluationItem item) {
        Double confidence = reading.confidence();
        AnswerLikelihood likelihood = reading.likelihood();
        html.append("<article>").append(picture(reading, item)).append("<dl>");
        entry(html, "question " + reading.id(), reading.question());
        entry(html, "expected", reading.expected());
        entry(html, "unpruned", unpruned.answer());
        entry(html, "pruned", reading.answer());
        entry(
                html,
                "kept, recall, confidence, likelihood",
                String.format(
                        Locale.ROOT,
                        "%d of %d, %s %%, %s, %s",
                        reading.selection().keptTokens(),
                        reading.selection().imageTokens(),
                        RowFigures.number(100 * reading.selection().recall()),
                        confidence == null ? "-" : ConfidenceFloor.decimal(confidence),
                        likelihood == null ? "-" : ConfidenceFloor.decimal(likelihood.leastProbability())));
        html.append("</dl></article>\n");
    }

    private static void entry(StringBuilder html, String term, String text) {
        html.append("<dt>")
                .append(Markup.escape(term))
                .append("</dt><dd>")
                .append(Markup.escape(text))
                .append("</dd>");
    }

    private String picture(Reading reading, EvaluationItem item) {
        PatchPlan plan = reading.selection().mask().plan();
        if (plan == null) {
            return "";
        }
        RasterImage original;
        try {
            original = decoder.decode(item.picture().bytes());
        } catch (GlimpseException e) {
            return "<p>" + Markup.escape(String.valueOf(e.getMessage())) + "</p>";
        }
        double scale = Math.min(1.0, (double) LONGEST_SIDE / Math.max(original.width(), original.height()));
        int width = Math.max(1, (int) Math.round(scale * original.width()));
        int height = Math.max(1, (int) Math.round(scale * original.height()));
        RasterImage small = scale == 1 ? original : ImageResizer.bicubic(original, width, height);
        byte[] png = MaskOverlay.png(
                small, plan.scaled(scale), reading.selection().mask().tokens());
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"what was kept\"><image width=\"%d\" height=\"%d\" "
                        + "href=\"data:image/png;base64,%s\"/>",
                width,
                height,
                width,
                height,
                Base64.getEncoder().encodeToString(png)));
        ImageSize boxed = item.boxedSize() == null ? original.size() : item.boxedSize();
        for (PixelArea box : item.boxes()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"box\"/>",
                    box.left() * width / boxed.width(),
                    box.top() * height / boxed.height(),
                    box.width() * width / boxed.width(),
                    box.height() * height / boxed.height()));
        }
        return svg.append("</svg>").toString();
    }
}
