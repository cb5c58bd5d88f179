package io.github.glimpse.documents;

import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import java.util.List;

/** A picture as a document of one page, whose points are its pixels. It has no text layer. */
public final class PicturePages implements DocumentPages {

    private static final long MOST_PIXELS = 500_000_000;

    private final RasterImage picture;

    private PicturePages(RasterImage picture) {
        this.picture = picture;
    }

    /**
     * Opens a picture of any format that Glimpse reads.
     *
     * @param name for messages
     * @throws InvalidDocumentException if it is damaged or over a limit
     */
    public static PicturePages open(byte[] file, String name, DocumentLimits limits) {
        ImageLimits bounds = new ImageLimits(limits.maxBytes(), Math.min(MOST_PIXELS, limits.maxPixels()));
        try {
            return new PicturePages(new ImageDecoder(bounds, Transparency.WHITE).decode(file));
        } catch (InvalidImageException e) {
            Reason reason = e instanceof ImageTooLargeException ? Reason.TOO_LARGE : Reason.BROKEN;
            reason = ImageDecoder.isOutOfMemory(e) ? Reason.NOT_NOW : reason;
            throw new InvalidDocumentException(reason, "'" + name + "': " + e.getMessage(), e);
        }
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public PageGeometry geometry(int page) {
        check(page);
        return PageGeometry.upright(picture.width(), picture.height());
    }

    @Override
    public RenderedPage render(int page, double dotsPerInch) {
        return new RenderedPage(picture, new PageMapping(geometry(page), 1));
    }

    @Override
    public List<PageWord> words(int page) {
        check(page);
        return List.of();
    }

    private static void check(int page) {
        if (page != 1) {
            throw new IllegalArgumentException("A picture has one page, no page " + page);
        }
    }

    @Override
    public void close() {
        // nothing is open
    }
}
