package io.github.glimpse.examples.tiny.pages;

import java.awt.Font;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.GlyphVector;
import java.awt.geom.AffineTransform;

/** Letters of a font file, as outlines that no hinting has moved. */
final class FontLettering implements Lettering {

    private static final FontRenderContext PLAIN_CONTEXT = new FontRenderContext(null, true, true);
    private static final float EM = 1000;

    private final String family;
    private final Font[] fonts;
    private final double[] pixelsPerCap;

    FontLettering(String family, Font plain, Font bold) {
        this.family = family;
        fonts = new Font[] {plain.deriveFont(EM), bold.deriveFont(EM)};
        pixelsPerCap = new double[fonts.length];
        for (int i = 0; i < fonts.length; i++) {
            pixelsPerCap[i] =
                    1 / -vector(fonts[i], 'H').getGlyphOutline(0).getBounds2D().getY();
        }
    }

    private static GlyphVector vector(Font font, char character) {
        return font.createGlyphVector(PLAIN_CONTEXT, new char[] {character});
    }

    @Override
    public String family() {
        return family;
    }

    @Override
    public boolean draws(char character) {
        return fonts[0].canDisplay(character) && fonts[1].canDisplay(character);
    }

    @Override
    public Shape outline(char character, double cap, Weight weight) {
        int cut = weight == Weight.BOLD ? 1 : 0;
        double scale = cap * pixelsPerCap[cut];
        return AffineTransform.getScaleInstance(scale, scale)
                .createTransformedShape(vector(fonts[cut], character).getGlyphOutline(0));
    }

    @Override
    public double advance(char character, double cap, Weight weight) {
        int cut = weight == Weight.BOLD ? 1 : 0;
        return cap
                * pixelsPerCap[cut]
                * vector(fonts[cut], character).getGlyphMetrics(0).getAdvanceX();
    }
}
