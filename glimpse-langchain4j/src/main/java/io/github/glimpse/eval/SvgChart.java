package io.github.glimpse.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A chart of points as inline SVG: text is drawn by the browser, so no fonts are needed here; each point tells its numbers when
 * pointed at.
 *
 * @param title above it
 * @param across name of the horizontal axis
 * @param up name of the vertical axis
 * @param start where the vertical axis starts
 * @param series what is drawn
 */
record SvgChart(String title, String across, String up, Start start, List<Series> series) {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 64;
    private static final int RIGHT = 28;
    private static final int TOP = 36;
    private static final int BOTTOM = 48;
    private static final int TICKS = 6;
    private static final int SHAPES = 4;

    /** Okabe and Ito's colours, told apart by the colour-blind; then again with another shape. */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#000000");

    /** Where the vertical axis starts. */
    enum Start {
        /** Below the lowest value. */
        FITTED,
        /** At nothing, so that heights can be compared. */
        ZERO
    }

    /** A point with the ends of its interval. */
    record Point(double x, double y, double low, double high) {

        static Point of(double x, double y) {
            return new Point(x, y, y, y);
        }
    }

    /** Points of one name, joined by a line in the order of x. */
    record Series(String name, List<Point> points) {

        Series {
            points = points.stream()
                    .filter(point -> Double.isFinite(point.x()) && Double.isFinite(point.y()))
                    .sorted(Comparator.comparingDouble(Point::x))
                    .toList();
        }
    }

    private record Axis(double low, double high, double step) {

        static Axis of(double[] values) {
            double low = DoubleStream.of(values).min().orElse(0);
            double high = DoubleStream.of(values).max().orElse(1);
            double range = high > low ? high - low : Math.max(1, Math.abs(high) / 10);
            double step = niceStep(range / TICKS);
            return new Axis(Math.floor(low / step) * step, Math.max(Math.ceil(high / step) * step, low + step), step);
        }

        private static double niceStep(double raw) {
            double power = Math.pow(10, Math.floor(Math.log10(raw)));
            for (double factor : new double[] {1, 2, 5}) {
                if (factor * power >= raw) {
                    return factor * power;
                }
            }
            return 10 * power;
        }

        double share(double value) {
            return (value - low) / (high - low);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            for (int i = 0; low + i * step <= high + step / 2; i++) {
                ticks.add(low + i * step);
            }
            return ticks;
        }
    }

    /** The chart; empty if there is no point. */
    String svg() {
        List<Series> drawn =
                series.stream().filter(one -> !one.points().isEmpty()).toList();
        if (drawn.isEmpty()) {
            return "";
        }
        Axis horizontal = Axis.of(values(drawn, Point::x));
        DoubleStream heights = DoubleStream.concat(
                DoubleStream.of(values(drawn, Point::low)), DoubleStream.of(values(drawn, Point::high)));
        DoubleStream foot = start == Start.ZERO ? DoubleStream.of(0) : DoubleStream.empty();
        Axis vertical = Axis.of(DoubleStream.concat(heights, foot).toArray());
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n<text x=\"%d\" y=\"20\" class=\"title\">%s"
                        + "</text>%n",
                WIDTH,
                HEIGHT,
                Markup.escape(title),
                LEFT,
                Markup.escape(title)));
        axes(svg, horizontal, vertical);
        StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < drawn.size(); i++) {
            series(svg, drawn.get(i), i, horizontal, vertical);
            legend.append(String.format(
                    Locale.ROOT,
                    "<li><svg viewBox=\"-7 -7 14 14\" class=\"key\">%s</svg> %s</li>",
                    mark(0, 0, i, ""),
                    Markup.escape(drawn.get(i).name())));
        }
        return svg.append("</svg>").append(legend).append("</ul></figure>\n").toString();
    }

    private static double[] values(List<Series> drawn, ToDoubleFunction<Point> value) {
        return drawn.stream()
                .flatMap(one -> one.points().stream())
                .mapToDouble(value)
                .toArray();
    }

    private void axes(StringBuilder svg, Axis horizontal, Axis vertical) {
        for (double tick : horizontal.ticks()) {
            double x = x(horizontal, tick);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"grid\"/><text x=\"%.1f\" y=\"%d\" "
                            + "text-anchor=\"middle\">%s</text>%n",
                    x,
                    x,
                    TOP,
                    HEIGHT - BOTTOM,
                    x,
                    HEIGHT - BOTTOM + 16,
                    label(tick)));
        }
        for (double tick : vertical.ticks()) {
            double y = y(vertical, tick);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/><text x=\"%d\" y=\"%.1f\" "
                            + "text-anchor=\"end\">%s</text>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    y,
                    y,
                    LEFT - 6,
                    y + 4,
                    label(tick)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text><text transform=\"translate(14,%d) rotate(-90)\" "
                        + "text-anchor=\"middle\">%s</text>%n",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 10,
                Markup.escape(across),
                (TOP + HEIGHT - BOTTOM) / 2,
                Markup.escape(up)));
    }

    private static void series(StringBuilder svg, Series one, int number, Axis horizontal, Axis vertical) {
        String colour = COLOURS.get(number % COLOURS.size());
        StringBuilder line = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (Point point : one.points()) {
            double x = x(horizontal, point.x());
            double y = y(vertical, point.y());
            line.append(String.format(Locale.ROOT, "%s%.1f,%.1f", line.isEmpty() ? "" : " ", x, y));
            if (point.high() > point.low()) {
                marks.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                        x,
                        x,
                        y(vertical, point.low()),
                        y(vertical, point.high()),
                        colour));
            }
            String label = String.format(Locale.ROOT, "%s: %.2f, %.2f", one.name(), point.x(), point.y());
            marks.append(mark(x, y, number, "<title>" + Markup.escape(label) + "</title>"));
        }
        svg.append(String.format(
                Locale.ROOT, "<polyline points=\"%s\" stroke=\"%s\" fill=\"none\"/>%s%n", line, colour, marks));
    }

    /** Colours first, then shapes, so that 32 series can be told apart. */
    private static String mark(double x, double y, int number, String title) {
        String colour = COLOURS.get(number % COLOURS.size());
        String shape =
                switch (number / COLOURS.size() % SHAPES) {
                    case 0 -> "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0";
                    case 1 -> "M-4,-4h8v8h-8z";
                    case 2 -> "M0,-5.5l5.5,5.5l-5.5,5.5l-5.5,-5.5z";
                    default -> "M0,-5l5,9h-10z";
                };
        return String.format(
                Locale.ROOT,
                "<path transform=\"translate(%.1f,%.1f)\" d=\"%s\" fill=\"%s\">%s</path>",
                x,
                y,
                shape,
                colour,
                title);
    }

    private static double x(Axis axis, double value) {
        return LEFT + axis.share(value) * (WIDTH - RIGHT - LEFT);
    }

    private static double y(Axis axis, double value) {
        return HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - BOTTOM - TOP);
    }

    private static String label(double tick) {
        String text = String.format(Locale.ROOT, "%.3f", tick + 0.0);
        return text.replaceAll("\\.?0+$", "").replaceAll("^-0$", "0");
    }
}
