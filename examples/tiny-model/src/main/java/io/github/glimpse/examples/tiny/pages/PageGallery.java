package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Writes pages to look at: {@code PageGallery <folder> [<fonts>]}; each as PNG, and what can be asked about them as text. */
public final class PageGallery {

    private static final List<PageSize> SIZES =
            List.of(new PageSize(12, 12), new PageSize(16, 12), new PageSize(16, 16), new PageSize(24, 24));
    private static final int PAGES = 12;

    private PageGallery() {}

    /** Paints and writes. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 1 || arguments.length > 2) {
            throw new IllegalArgumentException("Give a folder and, if you have them, the folder of the fonts");
        }
        FontRegistry shelf = arguments.length == 2 ? FontRegistry.of(Path.of(arguments[1])) : FontRegistry.strokes();
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        PageMaker maker = new PageMaker(shelf, Repertoire.SECOND);
        List<String> told = new ArrayList<>();
        for (Split split : Split.values()) {
            for (int i = 0; i < PAGES; i++) {
                PageRequest.Mix mix = i % 4 == 3 ? PageRequest.Mix.TEXT : PageRequest.Mix.PANELS;
                DrawnPage page = maker.draw(new PageRequest(split, mix, SIZES.get(i % SIZES.size()), i));
                String name = split.name().toLowerCase(Locale.ROOT) + "-" + i;
                ImageIO.write(image(page), "png", folder.resolve(name + ".png").toFile());
                told.add(name + " " + page.kinds() + " " + page.families());
                page.facts().forEach(fact -> told.add("  " + fact));
            }
        }
        Files.write(folder.resolve("facts.txt"), told, StandardCharsets.UTF_8);
    }

    /** The pixels of a page as an image. */
    public static BufferedImage image(DrawnPage page) {
        PageSize size = page.request().size();
        BufferedImage image = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = page.rgb();
        for (int i = 0; i < size.width() * size.height(); i++) {
            int colour = ((rgb[3 * i] & 0xFF) << 16) | ((rgb[3 * i + 1] & 0xFF) << 8) | (rgb[3 * i + 2] & 0xFF);
            image.setRGB(i % size.width(), i / size.width(), colour);
        }
        return image;
    }
}
