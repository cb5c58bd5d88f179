package io.github.glimpse.examples.tiny.drawing;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Writes contact sheets for people to look at: one PNG for each family, one with the characters of all faces, and what is
 * asked about the pictures as text. Argument: the directory, {@code target/gallery} if there is none.
 */
public final class Gallery {

    private static final int ACROSS = 4;
    private static final int PICTURES = 12;
    private static final int TILE = 456;
    private static final int FACE_HEIGHT = 148;
    private static final int FACE_WIDTH = 960;
    private static final int LARGE_CAP = 22;
    private static final int SMALL_CAP = 16;
    private static final int SPEED_PICTURES = 300;

    private Gallery() {}

    /**
     * Writes the sheets and prints how long a picture takes.
     *
     * @throws IOException if a file cannot be written
     */
    public static void main(String... arguments) throws IOException {
        Path directory = Path.of(arguments.length == 0 ? "target/gallery" : arguments[0]);
        write(directory);
        for (Family family : Family.values()) {
            System.out.printf(Locale.ROOT, "%-6s %.2f ms a picture of 336 x 336%n", name(family), milliseconds(family));
        }
        System.out.println("Written to " + directory + "; the vocabulary has "
                + Vocabulary.all().size() + " tokens");
    }

    /** Writes the sheets. */
    static void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        write(faces(), directory.resolve("faces.png"));
        for (Family family : Family.values()) {
            write(sheet(family, FacePool.SEEN), directory.resolve(name(family) + ".png"));
            write(sheet(family, FacePool.UNSEEN), directory.resolve(name(family) + "-unseen.png"));
            Files.writeString(directory.resolve(name(family) + ".txt"), questions(family));
        }
    }

    private static String name(Family family) {
        return family.name().toLowerCase(Locale.ROOT);
    }

    private static DrawingRequest request(Family family, FacePool pool, int number) {
        return new DrawingRequest(
                pool == FacePool.SEEN ? Split.TRAIN : Split.TEST,
                pool,
                family,
                PageSize.ALL.get(number % PageSize.ALL.size()),
                number);
    }

    private static BufferedImage sheet(Family family, FacePool pool) {
        BufferedImage sheet = new BufferedImage(ACROSS * TILE, PICTURES / ACROSS * TILE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < PICTURES; i++) {
            Drawing drawing = Studio.draw(request(family, pool, i));
            copy(drawing.rgb(), drawing.width(), drawing.height(), sheet, i % ACROSS * TILE, i / ACROSS * TILE);
        }
        return sheet;
    }

    private static void copy(byte[] rgb, int width, int height, BufferedImage to, int left, int top) {
        for (int i = 0; i < width * height; i++) {
            int colour = ((rgb[3 * i] & 0xFF) << 16) | ((rgb[3 * i + 1] & 0xFF) << 8) | (rgb[3 * i + 2] & 0xFF);
            to.setRGB(left + i % width, top + i / width, colour);
        }
    }

    private static BufferedImage faces() {
        int count = Face.SEEN.size() + Face.UNSEEN.size();
        BufferedImage sheet = new BufferedImage(FACE_WIDTH, count * FACE_HEIGHT, BufferedImage.TYPE_INT_RGB);
        int row = 0;
        for (FacePool pool : FacePool.values()) {
            for (Face face : Face.of(pool)) {
                byte[] rgb = specimen(face);
                copy(rgb, FACE_WIDTH, FACE_HEIGHT, sheet, 0, row * FACE_HEIGHT);
                row++;
            }
        }
        return sheet;
    }

    private static byte[] specimen(Face face) {
        Dice dice = new Dice(1);
        Canvas canvas = new Canvas(FACE_WIDTH, FACE_HEIGHT);
        canvas.paper(0xF6F6F2, 0, 0);
        Typesetter large = new Typesetter(face, LARGE_CAP, dice);
        Typesetter small = new Typesetter(face, SMALL_CAP, dice);
        Typesetter bold = new Typesetter(face.bold(), SMALL_CAP, dice);
        String capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        large.write(canvas, capitals, 10, 18, 0x202020, 256);
        large.write(canvas, capitals.toLowerCase(Locale.ROOT) + ".,:-/$%", 10, 52, 0x202020, 256);
        small.write(canvas, "0123456789", 10, 86, 0x202020, 256);
        small.write(canvas, "Subtotal", 220, 86, 0x202020, 256);
        small.write(canvas, "$12.80", 360, 86, 0x202020, 256);
        small.write(canvas, "B8-5S2Z", 460, 86, 0x202020, 256);
        bold.write(canvas, "Discount", 600, 86, 0x202020, 256);
        bold.write(canvas, "4.95", 760, 86, 0x202020, 256);
        small.write(canvas, face.name(), 10, 120, 0xB02020, 256);
        small.write(canvas, "illfit", 220, 120, 0x202020, 256);
        small.write(canvas, "quantity", 360, 120, 0x202020, 256);
        bold.write(canvas, "BALANCE", 600, 120, 0x202020, 256);
        return canvas.bytes(dice, 0);
    }

    private static String questions(Family family) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < PICTURES; i++) {
            Drawing drawing = Studio.draw(request(family, FacePool.SEEN, i));
            text.append("picture ").append(i).append(", face ").append(drawing.face());
            text.append(", page ")
                    .append(drawing.width())
                    .append(" x ")
                    .append(drawing.height())
                    .append('\n');
            for (Question question : drawing.questions()) {
                text.append("  ").append(question.kind().label()).append(": ").append(question.text());
                text.append(" -> ").append(question.answer()).append('\n');
            }
        }
        return text.toString();
    }

    private static double milliseconds(Family family) {
        PageSize size = new PageSize(12, 12);
        long start = 0;
        for (int i = -SPEED_PICTURES; i < SPEED_PICTURES; i++) {
            if (i == 0) {
                start = System.nanoTime();
            }
            Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, family, size, SPEED_PICTURES + i));
        }
        return (System.nanoTime() - start) / 1e6 / SPEED_PICTURES;
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        if (!ImageIO.write(image, "png", file.toFile())) {
            throw new IOException("No writer for PNG");
        }
    }
}
