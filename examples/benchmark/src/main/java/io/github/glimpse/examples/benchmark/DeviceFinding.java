package io.github.glimpse.examples.benchmark;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of the page: a figure, or something that holds or does not.
 *
 * @param of what it is about: a shape, or the machine
 * @param item what was measured or claimed
 * @param value the figure; NaN for a claim
 * @param unit of the figure
 * @param held whether the claim holds; null for a figure
 * @param note what to know
 */
record DeviceFinding(
        String of,
        String item,
        double value,
        String unit,
        @Nullable Boolean held,
        String note) {

    static DeviceFinding figure(String of, String item, double value, String unit) {
        return new DeviceFinding(of, item, value, unit, null, "");
    }

    static DeviceFinding claim(String of, String item, boolean held, String note) {
        return new DeviceFinding(of, item, Double.NaN, "", held, note);
    }

    static String page(List<DeviceFinding> findings) {
        StringBuilder page = new StringBuilder("| of | what | figure | |\n|---|---|---|---|\n");
        for (DeviceFinding finding : findings) {
            Boolean held = finding.held();
            String figure = held == null
                    ? String.format(Locale.ROOT, "%.4g %s", finding.value(), finding.unit())
                    : held ? "yes" : "**no**";
            page.append("| ")
                    .append(finding.of())
                    .append(" | ")
                    .append(finding.item())
                    .append(" | ")
                    .append(figure)
                    .append(" | ")
                    .append(finding.note().replace('|', '/').replace('\n', ' '))
                    .append(" |\n");
        }
        return page.toString();
    }
}
