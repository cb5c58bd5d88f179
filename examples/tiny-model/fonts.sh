#!/bin/sh
# Fetches the free fonts of the pages by Debian's own client and unpacks them into a folder, without installing them:
#   examples/tiny-model/fonts.sh run/fonts
# Needs a Debian or Ubuntu with apt-get and dpkg-deb, and lists of packages that are up to date (apt-get update).
set -eu
folder=$(mkdir -p "${1:?give a folder}" && cd "$1" && pwd)
packages=$(mktemp -d)
cd "$packages"
apt-get -q download \
    fonts-lato fonts-crosextra-carlito fonts-freefont-ttf fonts-urw-base35 fonts-linuxlibertine fonts-ebgaramond \
    fonts-firacode fonts-go fonts-inconsolata fonts-jetbrains-mono fonts-karla fonts-manrope fonts-paratype \
    fonts-quicksand fonts-cabin fonts-comfortaa fonts-dosis fonts-sil-charis fonts-cmu fonts-courier-prime \
    fonts-anonymous-pro fonts-hermit fonts-b612 fonts-play fonts-sora fonts-vollkorn fonts-tlwg-loma-ttf \
    fonts-cantarell fonts-inter fonts-crosextra-caladea fonts-clear-sans fonts-national-park fonts-oxygen \
    fonts-quattrocento fonts-oldstandard \
    fonts-adf-baskervald fonts-adf-berenis fonts-adf-gillius fonts-adf-ikarius fonts-adf-libris fonts-adf-romande \
    fonts-adf-tribun fonts-adf-universalis fonts-agave fonts-allerta fonts-arapey fonts-averia-sans-gwf \
    fonts-averia-serif-gwf fonts-beteckna fonts-cardo fonts-comic-neue fonts-compagnon fonts-dustin fonts-fantasque-sans \
    fonts-gemunu-libre fonts-georgewilliams fonts-gfs-artemisia fonts-gfs-didot fonts-gfs-neohellenic fonts-junicode \
    fonts-jura fonts-league-mono fonts-league-spartan fonts-monofur fonts-monoid fonts-mononoki fonts-mplus fonts-ocr-a \
    fonts-ocr-b fonts-opendyslexic fonts-osifont fonts-sil-andika fonts-sil-doulos fonts-sil-galatia \
    fonts-sil-gentiumplus fonts-stix fonts-tiresias fonts-tuffy fonts-yanone-kaffeesatz \
    fonts-dejavu-core fonts-dejavu-extra fonts-liberation2 fonts-noto-core fonts-noto-mono fonts-roboto-unhinted fonts-open-sans
for package in *.deb; do
    dpkg-deb -x "$package" "$folder"
done
rm -r "$packages"
echo "Fonts are in $folder"
