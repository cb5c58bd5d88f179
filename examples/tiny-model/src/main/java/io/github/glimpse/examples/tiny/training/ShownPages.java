package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import java.util.List;

/**
 * Pages with what the eye should see in each cell.
 *
 * @param pictures red, green and blue of each page
 * @param sizes of the pages
 * @param symbols of all cells, page after page in raster order
 */
record ShownPages(List<byte[]> pictures, List<PageSize> sizes, Symbols symbols) {

    /** Copies the lists, not the pictures. */
    ShownPages {
        pictures = List.copyOf(pictures);
        sizes = List.copyOf(sizes);
    }

    static ShownPages ofDrawings(List<Drawing> drawings) {
        return new ShownPages(
                drawings.stream().map(Drawing::rgb).toList(),
                drawings.stream().map(drawing -> drawing.request().size()).toList(),
                PageSymbols.of(drawings));
    }

    static ShownPages of(List<DrawnPage> pages) {
        return new ShownPages(
                pages.stream().map(DrawnPage::rgb).toList(),
                pages.stream().map(page -> page.request().size()).toList(),
                CellSymbols.of(pages.stream().map(DrawnPage::cells).toList()));
    }
}
