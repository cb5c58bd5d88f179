package io.github.glimpse.examples.tiny.drawing;

/** Draws pictures. Safe for concurrent use; nothing is kept between two pictures. */
public final class Studio {

    private Studio() {}

    /** Draws the picture of a request: always the same bytes and questions. */
    public static Drawing draw(DrawingRequest request) {
        Page page = new Page(request);
        switch (request.family()) {
            case DOC -> new DocPainter(page).paint();
            case SIGN -> new SignPainter(page).paint();
            case CHART -> new ChartPainter(page).paint();
            case SCENE -> new ScenePainter(page).paint();
            case DENSE -> new DensePainter(page).paint();
        }
        return page.finish();
    }
}
