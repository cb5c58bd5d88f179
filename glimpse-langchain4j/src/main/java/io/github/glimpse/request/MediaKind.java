package io.github.glimpse.request;

/**
 * What bytes of a message are, and what to say of them.
 *
 * @param types beginning of the types that are taken
 * @param formats what to send
 * @param content how to send it
 * @param limit property of the longest file
 */
record MediaKind(String types, String formats, String content, String limit) {

    static final MediaKind IMAGE = new MediaKind(
            "image/",
            "a PNG or JPEG",
            "; send the picture's bytes: ImageContent.from(base64Data, mimeType)",
            "glimpse.limits.max-image-size");

    static final MediaKind VIDEO = new MediaKind(
            "video/",
            "a video file, or frames by GlimpseVideo",
            "; send the video's bytes: VideoContent.from(base64Data, mimeType), or frames by GlimpseVideo",
            "glimpse.video.max-size");

    /** What a server is asked for. */
    String accept() {
        return types + "*";
    }
}
