package io.github.glimpse.documents;

import io.github.glimpse.image.RasterImage;

/**
 * A page as a picture.
 *
 * @param image on white
 * @param mapping where its pixels are on the page
 */
public record RenderedPage(RasterImage image, PageMapping mapping) {}
