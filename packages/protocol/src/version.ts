/** The version of Diode: of the API document, the metrics and the images. A test holds it to package.json. */
export const VERSION = '0.1.0';
