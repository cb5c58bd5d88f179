package io.github.glimpse.train;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.DotLetters;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Draws the columns of a {@link CurveFile} as PNG, one panel below the other: every step pale, a running mean dark. Drawn with
 * the JDK alone and without its fonts.
 */
public final class CurveChart {

    private static final int WIDTH = 900;
    private static final int PANEL = 240;
    private static final int LEFT = 90;
    private static final int RIGHT = 20;
    private static final int TOP = 34;
    private static final int BOTTOM = 30;
    private static final int DOT = 2;
    private static final int GRID_LINES = 4;
    private static final double MEAN_SHARE = 0.02;
    private static final Color INK = new Color(0x30, 0x30, 0x30);
    private static final Color GRID = new Color(0xe0, 0xe0, 0xe0);
    private static final Color PALE = new Color(0xa8, 0xc8, 0xec);
    private static final Color DARK = new Color(0x1f, 0x4e, 0x8c);

    /** One column: points {@code (step, value)} in rising steps. */
    private record Curve(String name, List<double[]> points) {}

    private CurveChart() {}

    /**
     * Draws a file's columns.
     *
     * @param csv a file of {@link CurveFile}, or any CSV with a header whose first column rises
     * @param png is written or replaced
     * @param columns names of the columns, one panel each
     * @throws ModelFilesException if the file has no such column, or holds something else than numbers
     */
    public static void draw(Path csv, Path png, String... columns) {
        List<Curve> curves = curves(csv, List.of(columns));
        BufferedImage picture = new BufferedImage(WIDTH, PANEL * curves.size(), BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        for (int i = 0; i < curves.size(); i++) {
            panel(canvas, curves.get(i), i * PANEL);
        }
        canvas.dispose();
        try {
            Files.createDirectories(png.toAbsolutePath().getParent());
            if (!ImageIO.write(picture, "png", png.toFile())) {
                throw new IllegalStateException("This Java runtime cannot write PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The chart '" + png + "' cannot be written", e);
        }
    }

    private static List<Curve> curves(Path csv, List<String> columns) {
        List<String> lines;
        try {
            lines = Files.readAllLines(csv, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelFilesException("The curves '" + csv + "' cannot be read: " + e.getMessage(), e);
        }
        List<String> header =
                lines.isEmpty() ? List.of() : Arrays.asList(lines.get(0).split(",", -1));
        List<Curve> curves = new ArrayList<>();
        for (String column : columns) {
            int index = header.indexOf(column);
            if (index < 0) {
                throw new ModelFilesException("'" + csv + "' has no column " + column + ", it has " + header);
            }
            curves.add(new Curve(column, points(csv, lines, index)));
        }
        return curves;
    }

    private static List<double[]> points(Path csv, List<String> lines, int column) {
        List<double[]> points = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            if (cells.length > column && !cells[column].isEmpty()) {
                try {
                    points.add(new double[] {Double.parseDouble(cells[0]), Double.parseDouble(cells[column])});
                } catch (NumberFormatException e) {
                    throw new ModelFilesException("Line " + (i + 1) + " of '" + csv + "' holds no number", e);
                }
            }
        }
        return points;
    }

    private static void panel(Graphics2D canvas, Curve curve, int top) {
        canvas.setColor(INK);
        DotLetters.draw(canvas, curve.name(), LEFT, top + 12, DOT);
        if (curve.points().isEmpty()) {
            return;
        }
        double first = curve.points().get(0)[0];
        double last = curve.points().get(curve.points().size() - 1)[0];
        double low =
                curve.points().stream().mapToDouble(point -> point[1]).min().orElse(0);
        double high =
                curve.points().stream().mapToDouble(point -> point[1]).max().orElse(1);
        Scale scale = new Scale(top, first, last > first ? last : first + 1, low, high > low ? high : low + 1);
        grid(canvas, scale);
        canvas.setColor(PALE);
        canvas.setStroke(new BasicStroke(1f));
        canvas.draw(line(curve.points(), scale));
        canvas.setColor(DARK);
        canvas.setStroke(new BasicStroke(2f));
        canvas.draw(line(means(curve.points()), scale));
    }

    private static void grid(Graphics2D canvas, Scale scale) {
        canvas.setStroke(new BasicStroke(1f));
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = scale.low() + (scale.high() - scale.low()) * i / GRID_LINES;
            int y = (int) scale.y(value);
            canvas.setColor(GRID);
            canvas.drawLine(LEFT, y, WIDTH - RIGHT, y);
            canvas.setColor(INK);
            String label = number(value);
            DotLetters.draw(canvas, label, LEFT - 8 - DotLetters.width(label, DOT), y - 5, DOT);
        }
        int below = scale.top() + PANEL - BOTTOM + 8;
        DotLetters.draw(canvas, number(scale.first()), LEFT, below, DOT);
        String end = number(scale.last());
        DotLetters.draw(canvas, end, WIDTH - RIGHT - DotLetters.width(end, DOT), below, DOT);
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e7) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 1e-2 ? "%.1e" : "%.3f", value);
    }

    private static Path2D line(List<double[]> points, Scale scale) {
        Path2D line = new Path2D.Double();
        for (int i = 0; i < points.size(); i++) {
            double x = scale.x(points.get(i)[0]);
            double y = scale.y(points.get(i)[1]);
            if (i == 0) {
                line.moveTo(x, y);
            } else {
                line.lineTo(x, y);
            }
        }
        return line;
    }

    /** The mean of each point's neighbours, a fiftieth of the curve wide. */
    private static List<double[]> means(List<double[]> points) {
        int half = (int) Math.ceil(points.size() * MEAN_SHARE / 2);
        double[] sums = new double[points.size() + 1];
        for (int i = 0; i < points.size(); i++) {
            sums[i + 1] = sums[i] + points.get(i)[1];
        }
        List<double[]> means = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            int from = Math.max(0, i - half);
            int to = Math.min(points.size(), i + half + 1);
            means.add(new double[] {points.get(i)[0], (sums[to] - sums[from]) / (to - from)});
        }
        return means;
    }

    private record Scale(int top, double first, double last, double low, double high) {

        double x(double step) {
            return LEFT + (step - first) / (last - first) * (WIDTH - LEFT - RIGHT);
        }

        double y(double value) {
            return top + TOP + (high - value) / (high - low) * (PANEL - TOP - BOTTOM);
        }
    }
}
