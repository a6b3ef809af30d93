//! Prints what the QR code in a PNG picture says: `decode FILE`. For tests: the decoder is not ours.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os().nth(1).ok_or("decode FILE")?;
    let mut decoder = png::Decoder::new(BufReader::new(File::open(file)?));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("too large")?];
    let info = reader.next_frame(&mut pixels)?;
    let samples = info.color_type.samples();
    let (width, height) = (usize::try_from(info.width)?, usize::try_from(info.height)?);
    // The first sample: red, which is as good as grey for black and white.
    let sample = |x: usize, y: usize| {
        let at = y * info.line_size + x * samples;
        pixels.get(at).copied().unwrap_or(255)
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, sample);
    let grids = image.detect_grids();
    let grid = grids.first().ok_or("no code is in this picture")?;
    println!("{}", grid.decode()?.1);
    Ok(())
}
