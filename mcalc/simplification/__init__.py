"""Values as a careful author writes them: like terms merged, common factors taken out."""
