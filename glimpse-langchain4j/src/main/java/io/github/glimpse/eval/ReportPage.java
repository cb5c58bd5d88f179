package io.github.glimpse.eval;

import io.github.glimpse.eval.SvgChart.Point;
import io.github.glimpse.eval.SvgChart.Series;
import io.github.glimpse.eval.SvgChart.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A report of tables and charts as one HTML file that needs nothing else: no script, no font, no picture from elsewhere, and a policy that
 * forbids them. All text is escaped. For one thread.
 */
public final class ReportPage {

    private static final String STYLE = """
            body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1080px;padding:0 1rem;color:#222;background:#fff}
            table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}
            td,th{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:right}
            td:nth-child(-n+2),th:nth-child(-n+2){text-align:left}
            .wide{overflow-x:auto}
            .wide td{white-space:nowrap}
            .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1.5rem}
            .charts figure{margin:0;display:block}
            .charts figure>svg{width:100%}
            .charts svg text{font-size:20px}
            .charts svg .title{font-size:22px}
            figure{margin:1.5rem 0;display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
            figure>svg{width:720px;max-width:100%}
            svg text{font:12px system-ui,sans-serif;fill:#333}
            svg .title{font-weight:600;font-size:14px}
            svg .grid{stroke:#e3e3e3}
            svg .box{fill:none;stroke:#ff2d95;stroke-width:2}
            .legend{list-style:none;padding:0;margin:0;font-size:13px}
            .key{width:14px;height:14px;vertical-align:middle}
            article{display:flex;flex-wrap:wrap;gap:1rem;border-top:1px solid #ddd;padding:1rem 0}
            article>svg{width:360px;max-width:100%}
            dl{flex:1 1 20rem;margin:0}
            dt{color:#666;font-size:12px}
            dd{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}
            """;

    private final StringBuilder html = new StringBuilder();

    /** Starts a page with its title as heading. */
    public ReportPage(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ")
                .append("style-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
                .append(Markup.escape(title))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(Markup.escape(title))
                .append("</h1>\n");
    }

    /** Adds a paragraph. */
    public ReportPage paragraph(String text) {
        html.append("<p>").append(Markup.escape(text)).append("</p>\n");
        return this;
    }

    /** Adds a heading of a part. */
    public ReportPage heading(String text) {
        html.append("<h2>").append(Markup.escape(text)).append("</h2>\n");
        return this;
    }

    /** Adds a table; the first two columns are names, the others numbers. */
    public ReportPage table(List<String> head, List<List<String>> rows) {
        html.append("<div class=\"wide\"><table><thead><tr>");
        head.forEach(cell -> html.append("<th>").append(Markup.escape(cell)).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        rows.forEach(row -> html.append(Markup.row(row)));
        html.append("</tbody></table></div>\n");
        return this;
    }

    /**
     * Adds a chart of points.
     *
     * @param across name of the horizontal axis
     * @param up name of the vertical axis, which starts at 0
     * @param points name of each to its two numbers
     */
    public ReportPage points(String title, String across, String up, Map<String, double[]> points) {
        List<Series> series = points.entrySet().stream()
                .map(point -> new Series(point.getKey(), List.of(Point.of(point.getValue()[0], point.getValue()[1]))))
                .toList();
        html.append(new SvgChart(title, across, up, Start.ZERO, series).svg());
        return this;
    }

    /** Adds what is HTML already. */
    ReportPage markup(CharSequence part) {
        html.append(part);
        return this;
    }

    String html() {
        return html + "</body></html>\n";
    }

    /**
     * Writes the page.
     *
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        Files.write(file, Utf8.bytes(html()));
    }
}
